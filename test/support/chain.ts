import type { Job, Queue } from "bullmq";
import { z } from "zod";
import type { Tasks } from "../../src/task/registry.ts";
import { defineTask, type JobContext, type Task } from "../../src/task/task.ts";
import { startProducer } from "./producer.ts";
import { startWorker, type WorkerOptions } from "./worker.ts";

/** What is submitted: each run of it tells its number. */
export function createCounted(onRun: (n: number) => void = () => undefined) {
  return defineTask({
    title: "Counted",
    description: "Has a number.",
    input: z.strictObject({ n: z.int(), note: z.string().default("none") }),
    timeLimitMs: 20_000,
    run: async ({ n }) => onRun(n),
  });
}

/** A task that submits. */
function createSubmitter(run: (job: JobContext) => Promise<unknown>) {
  return defineTask({
    title: "Submitter",
    description: "Submits jobs.",
    input: z.looseObject({}),
    attempts: { backoffMs: 1 },
    timeLimitMs: 20_000,
    run: async (_, job) => run(job),
  });
}

/** The numbers of the jobs that a "submitter" of `createFamily` submits, one after the other. */
export const family = Array.from({ length: 8 }, (_, n) => n);

/** The tasks of `openChain`, whose "submitter" returns the ids of its jobs. */
export function createFamily(): Tasks {
  const counted = createCounted();
  const submitter = createSubmitter(async (job) => {
    const ids: string[] = [];
    for (const n of family) ids.push((await job.submit(counted, { n })).id);
    return ids;
  });
  return new Map([
    ["submitter", submitter],
    ["counted", counted],
  ]);
}

/** The job, once it has ended. */
export async function readEnd(queue: Queue, id: string | undefined): Promise<Job | undefined> {
  const job = await queue.getJob(id ?? "");
  return job?.finishedOn === undefined ? undefined : job;
}

/** The jobs of "counted" in the queue, whatever has become of them, the first one first. */
export async function listCounted(queue: Queue): Promise<Job[]> {
  return (await queue.getJobs(["completed", "wait", "active", "delayed", "failed"]))
    .filter((job) => job.name === "counted")
    .toSorted((a, b) => a.timestamp - b.timestamp);
}

export interface ChainOptions {
  readonly counted?: ReturnType<typeof createCounted>;
  readonly worker?: WorkerOptions;
}

/** A producer, and a worker that has two tasks: "submitter" runs as given, "counted" is to be submitted. */
export async function openChain(
  run: (job: JobContext) => Promise<unknown>,
  { counted = createCounted(), worker }: ChainOptions = {},
) {
  const tasks: Tasks = new Map([
    ["submitter", createSubmitter(run)],
    ["counted", counted],
  ] as [string, Task][]);
  const producer = await startProducer({ tasks });
  const { queue } = producer;
  return {
    ...producer,
    ...(await startWorker(producer.name, { ...worker, tasks })),
    readEnd: async (id: string | undefined) => readEnd(queue, id),
    listCounted: async () => listCounted(queue),
  };
}
