import { type Child, type ChildOptions, type ChildRun, openChild } from "./child.ts";
import { createOutputLimits, type OutputLimits } from "./output-limit.ts";
import type { JobContext } from "../../task/job-context.ts";
import { lineOf } from "../../telemetry/line-limits.ts";

export interface ChildrenOptions extends Omit<ChildOptions, "task" | "file" | "outputLimits"> {
  /** Processes that may exist at once; more jobs than these must not be run at once. */
  readonly max: number;
  /** Time after which an unused process is ended. */
  readonly idleMs?: number;
  /** Jobs after which a process is replaced: what its task leaks ends with it. */
  readonly maxJobs?: number;
}

/** The processes of isolated tasks: each runs jobs of one task, and is used again. */
export interface Children {
  /** Runs a task as `Child.run` does, in a process that nobody else uses meanwhile. */
  run(
    task: Pick<ChildOptions, "task" | "file">,
    input: Record<string, unknown>,
    job: JobContext,
    isolated: ChildRun,
  ): Promise<unknown>;
  /** Kills them all. */
  close(): void;
}

/** Opens no process before the first job; none outlives this one. */
export function openChildren({
  max,
  idleMs = 60_000,
  maxJobs = 1_000,
  ...options
}: ChildrenOptions): Children {
  const busy = new Set<Child>();
  /** By how long they have been idle, with what will end them. */
  const idle = new Map<Child, NodeJS.Timeout>();
  /** By task, and for as long as this lives: one that crashes has a process for each attempt. */
  const outputLimits = new Map<string, OutputLimits>();

  const retire = (child: Child) => {
    clearTimeout(idle.get(child));
    idle.delete(child);
    child.kill();
  };
  const take = (task: Pick<ChildOptions, "task" | "file">): Child => {
    for (const child of idle.keys()) if (child.ended) retire(child);
    const used = [...idle.keys()].findLast((child) => child.task === task.task);
    if (used !== undefined) {
      clearTimeout(idle.get(used));
      idle.delete(used);
      return used;
    }
    const [oldest] = idle.keys();
    if (oldest !== undefined && busy.size + idle.size >= max) retire(oldest);
    const limits = outputLimits.get(task.task) ?? limitOutput(task.task);
    outputLimits.set(task.task, limits);
    return openChild({ ...options, ...task, outputLimits: limits });
  };
  const limitOutput = (task: string) =>
    createOutputLimits((dropped) =>
      options.log.warn(
        { task, ...lineOf("task_output_dropped"), dropped },
        `left out ${dropped} characters of what the task printed`,
      ),
    );
  const release = (child: Child) => {
    if (child.ended) return;
    if (child.jobs >= maxJobs) child.kill();
    else idle.set(child, setTimeout(retire, idleMs, child).unref());
  };
  const close = () => {
    for (const child of [...busy, ...idle.keys()]) retire(child);
  };
  // However this process ends, short of a `kill -9`: then the kernel does it.
  process.on("exit", close);

  return {
    async run(task, input, job, isolated) {
      const child = take(task);
      busy.add(child);
      try {
        return await child.run(input, job, isolated);
      } finally {
        busy.delete(child);
        release(child);
      }
    },
    close() {
      process.off("exit", close);
      close();
    },
  };
}
