import { expect, test } from "vitest";
import { z } from "zod";
import { parseJson } from "../../src/producer/http/body.ts";
import { createFields, parseFields } from "../../src/producer/pages/fields.ts";
import { clientOf } from "../../src/service/client-address.ts";
import { createHostCheck } from "../../src/service/known-hosts.ts";
import { defineTask } from "../../src/task/task.ts";

/** Both fit into a form, and into the headers of a request. */
const short = 900;
const long = 8 * short;
/** Work that grows with the text grows 8 times, work that grows with its square 64 times. */
const mostGrowth = 24;
/** Below it, what the processor does besides is measured. */
const leastMs = 0.5;

const fields = createFields(
  defineTask({
    title: "Any",
    description: "Takes any number.",
    input: z.strictObject({ x: z.number(), list: z.array(z.number()) }),
    timeLimitMs: 1_000,
    run: async () => undefined,
  }),
);
const readField = (name: string) => (text: string) => parseFields(fields, new Map([[name, text]]));
const zerosAmid = (size: number) => `1${"0".repeat(size)}1`;

test.each([
  ["a number of zeros in JSON costs no more than its length", parseJson, zerosAmid],
  ["a number of zeros in a form costs no more than its length", readField("x"), zerosAmid],
  [
    "a number of zeros in a form's JSON costs no more than its length",
    readField("list"),
    (size) => `[${zerosAmid(size)}]`,
  ],
  [
    "what is nearly a number costs no more than its length",
    readField("x"),
    (size) => `${"1".repeat(size)}x`,
  ],
  [
    "what is nearly an exponent costs no more than its length",
    readField("x"),
    (size) => `1e${"1".repeat(size)}x`,
  ],
  ["digits as an address cost no more than their length", clientOf, (size) => "1".repeat(size)],
  [
    "digits and points as an address cost no more than their length",
    clientOf,
    (size) => ".1".repeat(size / 2),
  ],
  [
    "brackets as an address cost no more than their length",
    clientOf,
    (size) => `[${"]:1".repeat(size / 3)}x`,
  ],
  [
    "percent signs as an address cost no more than their length",
    clientOf,
    (size) => "%".repeat(size),
  ],
  [
    "brackets as a host cost no more than their length",
    createHostCheck([]),
    (size) => `[${"]:1".repeat(size / 3)}x`,
  ],
  [
    "points as a host cost no more than their length",
    createHostCheck([]),
    (size) => ".localhost".repeat(size / 10),
  ],
] satisfies [string, (text: string) => unknown, (size: number) => string][])(
  "%s",
  (_, read, textOf) => {
    expect(measure(read, textOf(long)) / measure(read, textOf(short))).toBeLessThan(mostGrowth);
  },
);

test("a number of 64 KB is refused without a look at it", () => {
  const read = parseJson(`[0.1${"0".repeat(65_000)}]`);
  expect(read).toMatchObject([
    {
      problem: `0.1${"0".repeat(36)}… has 65003 characters, expected a number of 400 at most`,
    },
  ]);
});

/** The least processor time that it takes in ms: others who use the machine do not count. */
function measure(read: (text: string) => unknown, text: string): number {
  const runs = Array.from({ length: 5 }, () => {
    const before = process.threadCpuUsage();
    read(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.max(leastMs, Math.min(...runs));
}
