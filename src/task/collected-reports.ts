import { isDeepStrictEqual } from "node:util";
import type { LogLevel } from "../contract/job-reports.ts";
import type { LogFields } from "./job-context.ts";
import type { JobReports, Progress } from "./job-reports.ts";
import type { ChildJob, SubmitChild } from "./child-job.ts";
import { SubmitError } from "./failure.ts";
import type { Task } from "./task.ts";

/** What a task has told of its job, in order. */
export interface Collected {
  readonly progress: readonly Progress[];
  readonly log: readonly {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields?: LogFields;
  }[];
  /** The jobs that it has submitted, each once, with the input as their tasks get it. */
  readonly submitted: readonly {
    readonly task: Task;
    readonly input: unknown;
    readonly key?: string;
    readonly runAt?: Date;
    readonly delayMs?: number;
  }[];
}

/** Collects what a task tells of a job that is in no queue, and what it submits. */
export function collectReports(): {
  readonly reports: JobReports;
  readonly submit: SubmitChild;
  readonly collected: Collected;
} {
  const submitted: Collected["submitted"][number][] = [];
  const progress: Collected["progress"][number][] = [];
  const log: Collected["log"][number][] = [];
  return {
    reports: {
      progress: (told) => void progress.push(told),
      log: (lines) => {
        for (const { level, message, fields } of lines) {
          log.push({ level, message, ...(Object.keys(fields).length > 0 && { fields }) });
        }
      },
    },
    submit: async (child) => {
      const known = submitted.findIndex((other) =>
        child.key === undefined
          ? other.key === undefined && isSame(other, child)
          : other.key === child.key,
      );
      if (known === -1) return { id: `test-${submitted.push(collect(child))}` };
      if (isSame(submitted[known], child)) return { id: `test-${known + 1}` };
      throw new SubmitError(
        `this job has used the key "${child.key}" for another task or input, expected another key`,
      );
    },
    collected: { progress, log, submitted },
  };
}

function isSame(one: Collected["submitted"][number] | undefined, other: ChildJob): boolean {
  return one?.task === other.task && isDeepStrictEqual(one.input, other.input);
}

function collect({ task, input, key, start }: ChildJob): Collected["submitted"][number] {
  return {
    task,
    input,
    ...(key !== undefined && { key }),
    ...(start?.runAt !== undefined && { runAt: new Date(start.runAt) }),
    ...(start?.delayMs !== undefined && { delayMs: start.delayMs }),
  };
}
