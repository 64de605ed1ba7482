import { z } from "zod";
import { defineTask, type Task } from "../../src/task/task.ts";
import { postJson, readBody } from "./client.ts";

const nothing: Task = defineTask({
  title: "Nothing",
  description: "Does nothing.",
  input: z.strictObject({}),
  timeLimitMs: 1_000,
  run: async () => null,
});

/** A task for tests that need some job, whatever it does. */
export const nothingTasks = new Map([["nothing", nothing]]);

/** Submits such a job and returns its id; throws unless it is taken. */
export async function submitNothing(url: string): Promise<string> {
  const response = await postJson(`${url}/api/v1/jobs`, { task: "nothing", input: {} });
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  return (await readBody(response)).id;
}
