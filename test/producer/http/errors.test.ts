import { expect, test } from "vitest";
import type { UnavailableKind } from "../../../src/contract/failures.ts";
import {
  createPointer,
  maxErrors,
  RequestError,
  unavailability,
  UnavailableError,
} from "../../../src/producer/http/errors.ts";

test.each([
  [[], ""],
  [["input", 0], "/input/0"],
  [["a/b", "c~d", "~1"], "/a~1b/c~0d/~01"],
])("the way %j is the JSON pointer %j", (path, pointer) => {
  expect(createPointer(path)).toBe(pointer);
});

test.each([
  [500, "x".repeat(500)],
  [501, `${"x".repeat(499)}…`],
])("of a text of %i characters an answer repeats 500 at most", (length, told) => {
  const text = "x".repeat(length);
  const { message, errors } = new RequestError(400, text, {
    errors: [{ pointer: text, detail: text }],
  });
  expect([message, errors]).toEqual([told, [{ pointer: told, detail: told }]]);
});

test.each([
  [maxErrors, "wrong"],
  [maxErrors + 1, "wrong; the first 20 errors are told"],
])("of %i errors an answer has 20, and says if there are more", (count, message) => {
  const errors = Array.from({ length: count }, (_, i) => ({ pointer: `/${i}`, detail: "wrong" }));
  const error = new RequestError(400, "wrong", { errors });
  expect([error.message, error.errors]).toEqual([message, errors.slice(0, 20)]);
});

test("every 503 says what became of the job, where there may be one, and when to come back", () => {
  const kinds = Object.keys(unavailability) as UnavailableKind[];
  const fates = kinds.map((kind) => {
    const { message, status, retryAfterSeconds, kind: own } = new UnavailableError(kind);
    const fate = /nothing was queued|may have been queued/.exec(message)?.[0] ?? "no job";
    return [own, status, fate, retryAfterSeconds > 0];
  });
  expect(fates).toEqual([
    ["not_ready", 503, "nothing was queued", true],
    ["unknown", 503, "may have been queued", true],
    ["storage_full", 503, "nothing was queued", true],
    ["overloaded", 503, "nothing was queued", true],
    ["memory_low", 503, "nothing was queued", true],
    ["too_many_reads", 503, "no job", true],
    ["too_many_streams", 503, "no job", true],
  ]);
});
