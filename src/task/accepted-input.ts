import { type Applied, applyTwice, type Params } from "./applied-twice.ts";
import { strictInput } from "./input-schema.ts";
import type { Task } from "./task.ts";

/**
 * A submitter's input as the task gets it, or why it is refused. `broken` is a fault of the schema
 * that no sample has shown at the start; it names the field.
 */
export function acceptInput(
  task: Task,
  input: Readonly<Record<string, unknown>>,
  params?: Params,
): Applied<Record<string, unknown>> {
  const applied = applyTwice(strictInput(task), input, params);
  if (applied.kind !== "broken") return applied;
  const field = Object.entries(task.input.shape).find(
    ([name, schema]) => applyTwice(schema, input[name]).kind === "broken",
  );
  const name = field === undefined ? "its input" : `its input "${field[0]}"`;
  return { kind: "broken", problem: `${name} ${applied.problem}` };
}
