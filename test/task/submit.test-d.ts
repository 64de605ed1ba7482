import { assertType, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineTask, type JobContext } from "#task";

// Nothing here runs: the type check fails as soon as one of these mistakes compiles.

const resize = defineTask({
  title: "",
  description: "",
  timeLimitMs: 1_000,
  input: z.strictObject({ url: z.url(), width: z.int().default(100) }),
  run: async ({ url }) => ({ url }),
});

declare const job: JobContext;

test("a job is submitted with its task's input, without what has a default", () => {
  assertType(job.submit(resize, { url: "http://x" }));
  assertType(job.submit(resize, { url: "http://x", width: 5 }, { key: "small", delayMs: 5 }));
  expectTypeOf(job.submit(resize, { url: "http://x" })).resolves.toEqualTypeOf<{
    readonly id: string;
  }>();
});

test("a job is submitted with no other", () => {
  // @ts-expect-error: a field is missing
  assertType(job.submit(resize, {}));
  // @ts-expect-error: a field of another type
  assertType(job.submit(resize, { url: "http://x", width: "5" }));
  // @ts-expect-error: an unknown field
  assertType(job.submit(resize, { url: "http://x", widht: 5 }));
  // @ts-expect-error: the task's name, not the task
  assertType(job.submit("resize", { url: "http://x" }));
  // @ts-expect-error: an unknown option
  assertType(job.submit(resize, { url: "http://x" }, { dealyMs: 5 }));
});
