import { z } from "zod";
import type { Task } from "./task.ts";

/** Kept, because zod compiles a schema at its first use: that took a tenth of each request. */
const strictInputs = new WeakMap<Task, z.ZodObject>();

/** Strict whatever the task says: a field nobody reads is a mistake worth reporting. */
export function strictInput(task: Task): z.ZodObject {
  const known = strictInputs.get(task) ?? task.input.strict();
  strictInputs.set(task, known);
  return known;
}

/** The JSON Schema (2020-12) of what a task accepts. */
export function createInputSchema(task: Task): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(strictInput(task), { io: "input" });
}
