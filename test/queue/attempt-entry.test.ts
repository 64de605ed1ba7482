import { expect, test } from "vitest";
import {
  type AttemptEntry,
  entryFieldOf,
  entryFields,
  formatEntry,
  parseEntry,
} from "../../src/queue/attempt-entry.ts";

test("an entry is read as it was written", () => {
  const entry: AttemptEntry = {
    start: 3,
    outcome: "retried",
    number: 2,
    startedAt: 1_764_284_529_123,
    endedAt: 1_764_284_529_456,
    nextAt: 1_764_284_530_456,
    failureClass: "timeout",
    reason: "still running\nafter 30 ms",
    worker: "vm@0123456-1a2b3c4d",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    stackMark: "0123abcd",
  };
  expect(parseEntry("attempt:3", formatEntry(entry))).toEqual(entry);
});

test("a long reason is kept as far as its limit, in whole characters, and says that it was cut", () => {
  const reason = `${"r".repeat(998)}😀😀`;
  const entry = parseEntry("attempt:1", formatEntry({ start: 1, outcome: "failed", reason }));
  expect(entry?.reason).toBe(`${"r".repeat(998)}\uFFFD…`);
});

test("a start has the field of one that is no longer kept, and of none of those that are", () => {
  for (let latest = 65; latest < 400; latest += 1) {
    const kept = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    for (let start = latest - 53; start <= latest; start += 1) kept.push(start);
    const fields = new Set(kept.map(entryFieldOf));
    expect([...fields].toSorted()).toEqual(entryFields.toSorted());
  }
});

test.for([
  ["attempt:1", ""],
  ["attempt:1", "1"],
  ["attempt:1", "1 null"],
  ["attempt:1", '1 {"outcome":"running"}'],
  ["attempt:1", '2 {"outcome":"lost"}'],
  ["attempt:1", '0 {"outcome":"lost"}'],
  ["attempt:1", '-1 {"outcome":"lost"}'],
  ["attempt:12", '65 {"outcome":"lost"}'],
] as const)("the field %s has no entry where somebody has written %o", ([field, text]) => {
  expect(parseEntry(field, text)).toBe(undefined);
});
