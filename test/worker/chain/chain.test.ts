import { expect, test } from "vitest";
import { z } from "zod";
import { readOwner } from "../../../src/queue/job-owner.ts";
import { defineTask, DependencyError } from "../../../src/task/task.ts";
import { createCounted, openChain } from "../../support/chain.ts";
import { postJson } from "../../support/client.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

test("a job submits another one, which runs, and is told its id", async () => {
  const counted = createCounted();
  const { queue, readEnd } = await openChain((job) => job.submit(counted, { n: 1 }), { counted });
  const parent = await queue.add("submitter", {});
  const ended = await until("the job to end", () => readEnd(parent.id));
  const { id } = ended.returnvalue.value;
  const child = await until("the other to end", () => readEnd(id));
  expect([child.name, child.data]).toEqual(["counted", { n: 1, note: "none" }]);
});

test("however often a job is run again, each of its jobs is submitted once", async () => {
  const counted = createCounted();
  const ids: string[] = [];
  const { queue, readEnd, listCounted } = await openChain(
    async (job) => {
      // In another order each time.
      const numbers = job.attempt % 2 === 0 ? [3, 2, 1] : [1, 2, 3];
      for (const n of numbers) ids.push((await job.submit(counted, { n })).id);
      for (const key of ["a", "b"]) {
        ids.push((await job.submit(counted, { n: 9 }, { key })).id);
      }
      if (job.attempt < 3) throw new Error("again");
    },
    { counted },
  );
  const parent = await queue.add("submitter", {}, { attempts: 3, backoff: 1 });
  const ended = await until("the job to end", () => readEnd(parent.id));
  expect(ended.attemptsMade).toBe(3);
  expect(ids).toHaveLength(15);
  expect(new Set(ids).size).toBe(5);
  const numbers = (await listCounted()).map(({ data: { n } }): number => n);
  expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 9, 9]);
});

test("a job that was submitted is not again, although it is kept no longer", async () => {
  const counted = createCounted();
  const ids: string[] = [];
  const { queue, readEnd, listCounted } = await openChain(
    async (job) => {
      const { id } = await job.submit(counted, { n: 1 });
      ids.push(id);
      if (job.attempt > 1) return;
      await until("it to end", () => readEnd(id));
      await (await queue.getJob(id))?.remove();
      throw new Error("again");
    },
    { counted },
  );
  const parent = await queue.add("submitter", {}, { attempts: 2, backoff: 1 });
  await until("the job to end", () => readEnd(parent.id));
  expect([ids.length, new Set(ids).size, await listCounted()]).toEqual([2, 1, []]);
});

test("what a job has submitted stays so when somebody retries it by hand", async () => {
  const counted = createCounted();
  let fails = true;
  const { queue, readEnd, listCounted } = await openChain(
    async (job) => {
      await job.submit(counted, { n: 1 });
      if (fails) throw new Error("no");
    },
    { counted },
  );
  const parent = await queue.add("submitter", {}, { attempts: 1 });
  const failed = await until("the job to fail", () => readEnd(parent.id));
  fails = false;
  await failed.retry();
  await until("it to succeed", async () => (await readEnd(parent.id))?.returnvalue !== null);
  expect(await listCounted()).toHaveLength(1);
});

test("a job that does not wait for what it submits ends once that is stored", async () => {
  const counted = createCounted();
  const { queue, readEnd, listCounted } = await openChain(
    async (job) => {
      for (let n = 0; n < 50; n += 1) void job.submit(counted, { n });
    },
    { counted },
  );
  const parent = await queue.add("submitter", {});
  await until("the job to end", () => readEnd(parent.id));
  expect(await listCounted()).toHaveLength(50);
});

async function submit(url: string, job: object): Promise<{ readonly id: string }> {
  return (await postJson(`${url}/api/v1/jobs`, job)).json() as Promise<{ readonly id: string }>;
}

const other = defineTask({
  title: "Other",
  description: "Is not registered.",
  input: z.strictObject({}),
  timeLimitMs: 1_000,
  run: async () => null,
});

const counted = createCounted();

test.each<[what: string, submit: Parameters<typeof openChain>[0], reason: string]>([
  ["a task that is none", (job) => job.submit("counted" as never, {}), "got 'counted' as its task"],
  ["a task of no file", (job) => job.submit(other, {}), 'the task "Other" is not registered'],
  ["an input that does not fit", (job) => job.submit(counted, { n: 1.5 }), "→ at n"],
  [
    "an input that is none",
    (job) => job.submit(counted, null as never),
    'the input does not fit the task "Counted"',
  ],
  [
    "an input of 100 KB",
    (job) => job.submit(counted, { n: 1, note: "x".repeat(100_000) }),
    "bytes as JSON, expected at most 65536",
  ],
  ["an empty key", (job) => job.submit(counted, { n: 1 }, { key: "" }), "→ at key"],
  ["an unknown option", (job) => job.submit(counted, { n: 1 }, { kye: "a" } as never), '"kye"'],
  [
    "two starts",
    (job) => job.submit(counted, { n: 1 }, { delayMs: 1, runAt: new Date() }),
    "got both runAt and delayMs, expected one of them",
  ],
  [
    "a key that it has used for another input",
    async (job) => {
      await job.submit(counted, { n: 1 }, { key: "a" });
      await job.submit(counted, { n: 2 }, { key: "a" });
    },
    'this job has used the key "a" for another input, expected another key',
  ],
])("a job that submits %s fails at once, and says why", async (_, run, reason) => {
  const { queue, readEnd } = await openChain(run, { counted });
  const parent = await queue.add("submitter", {});
  const ended = await until("the job to end", () => readEnd(parent.id));
  expect([ended.attemptsMade, ended.failedReason]).toEqual([
    1,
    expect.stringMatching(/^_OTHER: job\.submit: /),
  ]);
  expect(ended.failedReason).toContain(reason);
});

test("a job that submits while the queue is full is tried again, and loses nothing", async () => {
  const caught: unknown[] = [];
  const { queue, readEnd, listCounted } = await openChain(
    async (job) => {
      try {
        return await job.submit(counted, { n: 1 });
      } catch (error) {
        caught.push(error);
        throw error;
      }
    },
    { counted, worker: { queueDepth: 1 } },
  );
  await queue.add("counted", { n: 0 }, { delay: 600_000, jobId: "Filler" });
  const parent = await queue.add("submitter", {}, { attempts: 50, backoff: 100 });
  await until("it to be refused", () => caught.length > 0);
  expect(caught[0]).toBeInstanceOf(DependencyError);
  expect(String(caught[0])).toContain('job.submit: the queue takes no more: "depth"');
  await (await queue.getJob("Filler"))?.remove();
  const ended = await until("the job to end", () => readEnd(parent.id));
  expect(ended.attemptsMade).toBeGreaterThan(1);
  expect(await listCounted()).toHaveLength(1);
});

test("a task that submits itself for ever ends at some time, and says why", async () => {
  const endless: ReturnType<typeof createCounted> = defineTask({
    ...createCounted(),
    run: async ({ n }, job) => void (await job.submit(endless, { n: n + 1 })),
  });
  const { queue, listCounted } = await openChain(async () => null, { counted: endless });
  const late: object = { generation: 97 };
  await queue.add("counted", { n: 97 }, late);
  const failed = await until("the last one", async () =>
    (await listCounted()).find(({ failedReason }) => failedReason !== undefined),
  );
  expect([failed.data.n, failed.failedReason]).toEqual([
    100,
    "_OTHER: job.submit: this is generation 100 of jobs that submit jobs, expected an end before: does the task submit itself?",
  ]);
});

test("a job may submit 1,000 jobs, and no more", async () => {
  const { queue, readEnd } = await openChain(
    async (job) => {
      const known = { n: 0 };
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => job.submit(counted, { n })));
      await job.submit(counted, known);
      await job.submit(counted, { n: 1_000 });
    },
    { counted },
  );
  const parent = await queue.add("submitter", {});
  const ended = await until("the job to end", () => readEnd(parent.id));
  expect(ended.failedReason).toBe("_OTHER: job.submit: the job has submitted 1000 jobs, its limit");
});

test("a job that has to stop waits for no submission", async () => {
  const begun = Promise.withResolvers<void>();
  const reasons: unknown[] = [];
  const { queue, worker } = await openChain(
    async (job) => {
      begun.resolve();
      await new Promise((resolve) => job.signal.addEventListener("abort", resolve));
      await job.submit(counted, { n: 1 }).catch((error: unknown) => reasons.push(error));
    },
    { counted },
  );
  await queue.add("submitter", {});
  await begun.promise;
  worker.cancelAllJobs("the worker stops");
  await until("it to be refused", () => reasons.length > 0);
  expect(String(reasons[0])).toContain("the worker stops");
});

test("a job whose task allows one of a kind is submitted as the one that waits", async () => {
  const unique = defineTask({ ...createCounted(), unique: () => "one" });
  const { url, queue, readEnd, listCounted } = await openChain(
    (job) => job.submit(unique, { n: 1 }, { delayMs: 0 }),
    { counted: unique },
  );
  const { id } = await submit(url, { task: "counted", input: { n: 7 }, delayMs: 600_000 });
  const parent = await queue.add("submitter", {});
  const ended = await until("the job to end", () => readEnd(parent.id));
  expect(ended.returnvalue.value).toEqual({ id });
  expect(await listCounted()).toHaveLength(1);
});

test("a job is submitted for later, as one of its client's, and belongs to the trace of the first", async () => {
  const { log, lines } = collectLog();
  const { url, queue, readEnd, registry } = await openChain(
    (job) => job.submit(counted, { n: 1 }, { delayMs: 600_000 }),
    { counted, worker: { log } },
  );
  const first = await submit(url, { task: "submitter", input: {} });
  const ended = await until("the job to end", () => readEnd(first.id));
  const child = await queue.getJob(ended.returnvalue.value.id);
  const parent = await queue.getJob(first.id);
  expect(child?.opts).toMatchObject({
    delay: 600_000,
    ...readOwner(parent?.opts ?? {}),
    submittedBy: first.id,
    generation: 1,
  });
  const traceOf = (job: typeof child) =>
    /00-(\w{32})/.exec(job?.opts.telemetry?.metadata ?? "")?.[1];
  expect(traceOf(child)).toBe(traceOf(parent));
  expect(lines().find(({ msg }) => msg === "job queued")).toMatchObject({
    job_id: child?.id,
    task: "counted",
    submitted_by: first.id,
    trace_id: traceOf(parent),
  });
  const counts = await registry.metrics();
  expect(counts).toMatch(/taskqueue_jobs_enqueued_total\{[^}]*source="job",outcome="added"\} 1/);
});
