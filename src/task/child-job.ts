import { inspect } from "node:util";
import { z } from "zod";
import { childLimits } from "../contract/child-limits.ts";
import { longestDelayMs, type StartTime } from "../contract/start-time.ts";
import { acceptInput } from "./accepted-input.ts";
import { SubmitError } from "./failure.ts";
import type { Task } from "./task.ts";

/** A job that a task asks for. */
export interface ChildJob {
  readonly task: Task;
  /** As Redis gives it back, and as the task's schema takes it. */
  readonly input: Record<string, unknown>;
  /** Without one, its task and its input tell it from the job's others. */
  readonly key: string | undefined;
  readonly start: StartTime | undefined;
}

/** Submits a job for the one that runs; resolves once the job is stored. */
export type SubmitChild = (child: ChildJob) => Promise<{ readonly id: string }>;

const options = z
  .strictObject({
    key: z
      .string()
      .min(1)
      .max(childLimits.key)
      .refine((key) => key.isWellFormed(), "expected well-formed Unicode")
      .optional(),
    runAt: z
      .date()
      .refine(
        (runAt) => runAt.getTime() - Date.now() <= longestDelayMs,
        "expected at most 365 days ahead",
      )
      .optional(),
    delayMs: z.int().min(0).max(longestDelayMs).optional(),
  })
  .refine(
    ({ runAt, delayMs }) => runAt === undefined || delayMs === undefined,
    "got both runAt and delayMs, expected one of them",
  )
  .optional();

/**
 * What a task has given to `job.submit`, read as a producer reads a submission. Throws `SubmitError`
 * for what can never be submitted.
 */
export function createChild(task: unknown, input: unknown, given: unknown): ChildJob {
  if (!isTask(task)) {
    throw new SubmitError(`got ${show(task)} as its task, expected one imported from tasks/`);
  }
  const read = options.safeParse(given);
  if (!read.success) {
    throw new SubmitError(`got unusable options: ${z.prettifyError(read.error)}`);
  }
  const { key, runAt, delayMs } = read.data ?? {};
  return { task, input: readInput(task, input), key, start: startOf(runAt, delayMs) };
}

function readInput(task: Task, input: unknown): Record<string, unknown> {
  const accepted = acceptInput(task, input as Record<string, unknown>);
  if (accepted.kind === "broken") {
    throw new SubmitError(`the task "${task.title}" is at fault: ${accepted.problem}`);
  }
  if (accepted.kind === "refused") {
    const problem = z.prettifyError(accepted.error);
    throw new SubmitError(`the input does not fit the task "${task.title}": ${problem}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(accepted.value));
  if (bytes > childLimits.inputBytes) {
    throw new SubmitError(
      `the input has ${bytes} bytes as JSON, expected at most ${childLimits.inputBytes}`,
    );
  }
  return accepted.value;
}

function startOf(runAt: Date | undefined, delayMs: number | undefined): StartTime | undefined {
  if (runAt !== undefined) return { runAt: runAt.getTime() };
  return delayMs === undefined ? undefined : { delayMs };
}

/** As far as it takes to submit a job of it; the registry has looked at the rest. */
function isTask(value: unknown): value is Task {
  if (typeof value !== "object" || value === null) return false;
  return "input" in value && value.input instanceof z.ZodObject && "run" in value;
}

function show(value: unknown): string {
  return inspect(value, { depth: 0, compact: true, breakLength: Infinity }).slice(0, 100);
}
