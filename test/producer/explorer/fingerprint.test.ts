import { expect, test } from "vitest";
import { fingerprintOf, maskMessage } from "../../../src/producer/explorer/fingerprint.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";

test.each([
  ["cannot divide 10 by zero", "cannot divide # by zero"],
  ["cannot divide -1.5e-7 by zero", "cannot divide # by zero"],
  ["cannot divide 1481481.3599999999 by zero", "cannot divide # by zero"],
  ['no user "anna" in "users"', 'no user "…" in "…"'],
  ["no file 'a b.txt' here", 'no file "…" here'],
  ["user 6f1c2a9e-0b1d-4c5e-8f90-1234567890ab is gone", "user # is gone"],
  [`job ${createRandomId().replace(/^./, "a").replace(/.$/, "2")} is gone`, "job # is gone"],
  ["commit 9fceb02 is gone", "commit # is gone"],
  ["the image store answered 503", "the image store answered #"],
  ["timeout of 10 s,\n  after 3 tries", "timeout of # s, after # tries"],
  ["a decade of facade", "a decade of facade"],
])("what differs from job to job is masked in %j", (message, masked) => {
  expect(maskMessage(message)).toBe(masked);
});

test("a message is cut, and no text of any length takes long", () => {
  expect(maskMessage("word ".repeat(1_000)).length).toBe(200);
  const startedAt = performance.now();
  for (const part of ['"', "'", "0x", "1.", "a1", "\\", " "]) maskMessage(part.repeat(100_000));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

const stackOf = (line: number, folder: string, name = "run") =>
  JSON.stringify([
    "Error: an attempt before\n    at other (file:///srv/other.ts:1:1)",
    `Error: no luck, "x","y"\n    at ${name} (file://${folder}/src/tasks/flaky.ts:${line}:11)\n` +
      `    at node:internal/process/task_queues:105:5\n` +
      `    at async work (file://${folder}/node_modules/zod/index.js:${line}:3)\n` +
      `    at async runTask (file://${folder}/src/task/run-task.ts:${line}:9)`,
  ]);

const failure = {
  task: "flaky",
  failureClass: "_OTHER",
  reason: "no luck with 7",
  stacks: stackOf(12, "/opt/tripod/1"),
} as const;

test("failures are of one kind across numbers, lines, releases and how much of the stacks was read", () => {
  const kind = fingerprintOf(failure);
  expect(kind).toMatch(/^[0-9a-f]{12}$/);
  expect(fingerprintOf({ ...failure, reason: "no luck with 8" })).toBe(kind);
  const later = stackOf(99, "/opt/tripod/2");
  expect(fingerprintOf({ ...failure, stacks: later })).toBe(kind);
  expect(fingerprintOf({ ...failure, stacks: later.slice(60) })).toBe(kind);
});

test("another task, class, message or place of throwing makes another kind", () => {
  const kinds = [
    failure,
    { ...failure, task: "divide" },
    { ...failure, failureClass: "timeout" },
    { ...failure, reason: "bad luck with 7" },
    { ...failure, stacks: stackOf(12, "/opt/tripod/1", "walk") },
    { ...failure, stacks: undefined },
  ] as const;
  expect(new Set(kinds.map(fingerprintOf)).size).toBe(kinds.length);
});
