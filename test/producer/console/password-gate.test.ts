import { setImmediate as nextRound } from "node:timers/promises";
import { expect, test } from "vitest";
import { createPasswordGate } from "../../../src/producer/console/password-gate.ts";

/** A gate for one at a time, at which somebody is being compared until `open` is called. */
function occupyGate(waiting: number, waitMs = 60_000) {
  const gate = createPasswordGate({ atOnce: 1, waiting, waitMs });
  const { promise, resolve: open } = Promise.withResolvers<void>();
  const occupied = gate.pass(1, () => promise);
  const order: string[] = [];
  const enter = (name: string, tries: number) =>
    gate
      .pass(tries, async () => {
        order.push(name);
        await nextRound();
      })
      .catch((error: unknown) => order.push(`${name}: ${String(error)}`));
  return { enter, order, open: () => (open(), occupied) };
}

const crowded = "RequestError: too many people sign in at once, not only from here";

test("who has tried least is compared first, in the order in which they came", async () => {
  const { enter, order, open } = occupyGate(10);
  const all = [enter("guesser", 9), enter("ann", 1), enter("guesser", 8), enter("bob", 1)];
  await open();
  await Promise.all(all);
  expect(order).toEqual(["ann", "bob", "guesser", "guesser"]);
});

test("who has tried least takes the place of who has tried most, where no more may wait", async () => {
  const { enter, order, open } = occupyGate(2);
  const all = [enter("one", 2), enter("other", 9), enter("ann", 1), enter("late", 3)];
  await open();
  await Promise.all(all);
  expect(order.slice(0, 2).toSorted()).toEqual([`late: ${crowded}`, `other: ${crowded}`]);
  expect(order.slice(2)).toEqual(["ann", "one"]);
});

test("who waits for too long is refused, and nobody is compared for it later", async () => {
  const { enter, order, open } = occupyGate(2, 1);
  await enter("ann", 1);
  await open();
  await enter("bob", 1);
  expect(order).toEqual([`ann: ${crowded}`, "bob"]);
});
