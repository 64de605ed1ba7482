import { expect, test } from "vitest";
import { createHostTurns } from "../../../src/producer/callbacks/host-turns.ts";

const limits = { atOnce: 8, atOnceOfHost: 2, waiting: 16, waitingForHost: 16, waitMs: 60_000 };
const never = new AbortController().signal;

const settle = () => new Promise((resolve) => void setImmediate(resolve));

function open() {
  const turns = createHostTurns(limits);
  const served: string[] = [];
  const releases: (() => void)[] = [];
  const ask = async (owner: string, host: string) => {
    const release = await turns.take({ owner, host }, never);
    if (release === undefined) return served.push(`${owner} refused`);
    releases.push(release);
    return served.push(owner);
  };
  return { turns, ask, served, releases };
}

test("an owner with receivers of many names gets half of the turns and of the places, and leaves the rest", async () => {
  const { turns, ask, served } = open();
  for (let index = 0; index < 100; index += 1) void ask("many", `h${index}.test`);
  await settle();
  expect(served.filter((one) => one === "many")).toHaveLength(limits.atOnce / 2);
  expect(served.filter((one) => one === "many refused")).toHaveLength(
    100 - limits.atOnce / 2 - limits.waiting / 2,
  );
  expect(turns.hasRoom()).toBe(true);
  await ask("other", "good.test");
  expect(served.at(-1)).toBe("other");
});

test("owners who wait are served by turns, however many of one wait", async () => {
  const { ask, served, releases } = open();
  for (let index = 0; index < limits.atOnce; index += 1) void ask(`o${index}`, `o${index}.test`);
  await settle();
  for (let index = 0; index < 3; index += 1) void ask("many", `w${index}.test`);
  void ask("a", "a.test");
  void ask("b", "b.test");
  await settle();
  expect(served).toHaveLength(limits.atOnce);
  for (let index = 0; index < 4; index += 1) {
    // The turn that was given last.
    releases.at(-1)!();
    await settle();
  }
  expect(served.slice(limits.atOnce)).toEqual(["many", "a", "b", "many"]);
});

test("turns that are given back go to whoever waits, and all come back in the end", async () => {
  const { ask, served, releases } = open();
  for (let index = 0; index < 7; index += 1) void ask("one", "same.test");
  await settle();
  expect(served).toHaveLength(limits.atOnceOfHost);
  for (let index = 0; index < 7; index += 1) {
    releases[index]!();
    await settle();
  }
  expect(served).toHaveLength(7);
  for (let index = 0; index < 4; index += 1) void ask("two", `h${index}.test`);
  await settle();
  expect(served).toHaveLength(11);
});

test("an owner whose receiver hangs leaves places to others of the same host", async () => {
  const { ask, served, releases } = open();
  for (let index = 0; index < 100; index += 1) void ask("many", "shared.test");
  await settle();
  void ask("other", "shared.test");
  await settle();
  expect(served).not.toContain("other refused");
  // Whoever has waited longest goes first, then the other one.
  for (let index = 0; index < 2; index += 1) {
    releases[index]!();
    await settle();
  }
  expect(served.slice(-2).toSorted()).toEqual(["many", "other"]);
});
