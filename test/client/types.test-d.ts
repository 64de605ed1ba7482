import { assertType, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Client, OneSubmission } from "../../src/client/client.ts";
import type { SomeJob } from "../../src/client/job.ts";
import type { jobStatus } from "../../src/producer/jobs/job-schema.ts";
import { defineTask } from "../../src/task/task.ts";
import type { FixtureTasks } from "../support/fixture-client.ts";

// Nothing here runs: the type check fails as soon as one of these mistakes compiles.

const resize = defineTask({
  title: "",
  description: "",
  timeLimitMs: 1_000,
  input: z.strictObject({ url: z.url(), width: z.int().default(100) }),
  run: async ({ url, width }) => ({ url, size: width > 1 ? width : undefined }),
});

interface Tasks extends FixtureTasks {
  readonly "resize-image": typeof resize;
}
/** What they were before somebody renamed a field. */
interface OldTasks {
  readonly quotient: { readonly input: z.ZodObject<{ dividend: z.ZodNumber }> } & Omit<
    FixtureTasks["quotient"],
    "input"
  >;
}

declare const client: Client<Tasks>;
declare const oldClient: Client<OldTasks>;

test("takes the task's input, without what has a default", () => {
  assertType(client.submit("quotient", { x: 1, y: 2 }));
  assertType(client.submit("quotient", { x: 1, y: 2, delayMs: 0 }, { key: "once" }));
  assertType(client.submit("resize-image", { url: "http://x" }));
});

test("takes no other", () => {
  // @ts-expect-error: no such task
  assertType(client.submit("divide", { x: 1, y: 2 }));
  // @ts-expect-error: a field of the wrong type
  assertType(client.submit("quotient", { x: "1", y: 2 }));
  // @ts-expect-error: a field is missing
  assertType(client.submit("quotient", { x: 1 }));
  // @ts-expect-error: no such field
  assertType(client.submit("quotient", { x: 1, y: 2, z: 3 }));
  // @ts-expect-error: another task's input
  assertType(client.submit("resize-image", { x: 1, y: 2 }));
});

test("a field that is renamed breaks who submits it", () => {
  assertType(oldClient.submit("quotient", { dividend: 1 }));
  // @ts-expect-error: it was renamed
  assertType(client.submit("quotient", { dividend: 1, y: 2 }));
});

test("many are of any of the tasks, each with its own input", () => {
  assertType<OneSubmission<Tasks>[]>([
    { task: "quotient", input: { x: 1, y: 2 } },
    { task: "resize-image", input: { url: "http://x" }, key: "once" },
  ]);
  // @ts-expect-error: another task's input
  assertType<OneSubmission<Tasks>>({ task: "quotient", input: { url: "http://x" } });
});

test("tells the result of the task that was submitted, once it is known to have succeeded", async () => {
  const ended = await client.wait(await client.submit("resize-image", { url: "http://x" }));
  // @ts-expect-error: it may have failed
  assertType(ended.result);
  if (ended.status === "succeeded") {
    expectTypeOf(ended.result).toEqualTypeOf<{ readonly url: string; readonly size?: number }>();
    // @ts-expect-error: one that has succeeded has no error
    assertType(ended.error);
  } else {
    expectTypeOf(ended.error).toEqualTypeOf<string>();
    expectTypeOf(ended.status).toEqualTypeOf<"failed">();
  }
  expectTypeOf(ended.input.width).toEqualTypeOf<number>();
});

test("of an id alone, the job's task tells its result", async () => {
  const ended = await client.wait("b2");
  if (ended.status === "succeeded" && ended.task === "quotient") {
    expectTypeOf(ended.result).toEqualTypeOf<number>();
  }
});

test("a job is what the API tells", () => {
  expectTypeOf<z.infer<typeof jobStatus>>().toExtend<SomeJob>();
});
