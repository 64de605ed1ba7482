import { hostname } from "node:os";
import { expect, test } from "vitest";
import { z } from "zod";
import { defaultQueue } from "../../../src/contract/queues.ts";
import { readStacks } from "../../../src/queue/attempt-stacks.ts";
import { defineTask, type Task, TaskRejectedError } from "../../../src/task/task.ts";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { createTestTracing } from "../../support/tracing.ts";
import { until } from "../../support/until.ts";
import { startWorker, type WorkerOptions } from "../../support/worker.ts";

type Runs = (run: number, signal: AbortSignal) => Promise<unknown>;

const hanging: Runs = async (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });

/** A job that was submitted, of a task that does so in each of its runs. */
async function submitJob(runs: Runs, { backoffMs = 5, readOnly = true } = {}) {
  let run = 0;
  const task: Task = defineTask({
    title: "Told",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 60_000,
    attempts: { max: 4, backoffMs, jitter: 0 },
    run: async (_, { signal }) => runs((run += 1), signal),
  });
  const tasks = new Map([["told", task]]);
  const { url, boardUrl, queue, redis, name } = await startProducer({ tasks, readOnly });
  const submitted = await postJson(`${url}/api/v1/jobs`, { task: "told", input: {} });
  const { id, created_at: createdAt } = await readBody(submitted);
  const read = () => readJob(url, id);
  return {
    id: String(id),
    createdAt: String(createdAt),
    key: queue.toKey(String(id)),
    url,
    queue,
    redis,
    read,
    runs: () => run,
    untilFinal: () => untilFinal(url, id),
    start: (options: WorkerOptions = {}) => startWorker(name, { tasks, ...options }),
    untilTold: (...outcomes: string[]) =>
      until(`attempts that are ${outcomes.join(", ")}`, async () => {
        const job = await read();
        const told = job.history?.map(({ outcome }) => outcome) ?? [];
        return told.join() === outcomes.join() && job;
      }),
    async retryByHand() {
      const headers = { authorization: boardAuthorization, origin: boardUrl };
      const path = `${boardUrl}/board/api/queues/${encodeURIComponent(name)}/${id}/retry`;
      expect((await fetch(path, { method: "PUT", headers })).status).toBe(204);
    },
  };
}

const at = (time: string | undefined) => Date.parse(time ?? "");

test("a job that failed four times tells of each attempt when and why, and when the next was due", async () => {
  const job = await submitJob(async (run) => {
    throw new Error(`not in run ${run}`);
  });
  const tracing = createTestTracing();
  await job.start({ tracing });
  const { history = [], created_at, finished_at } = await job.untilFinal();
  expect(history).toMatchObject(
    [1, 2, 3, 4].map((number) => ({
      start: number,
      number,
      outcome: number < 4 ? "retried" : "failed",
      error_type: "_OTHER",
      error: `not in run ${number}`,
      worker: { host: hostname() },
    })),
  );
  expect(Math.abs(at(history[3]?.ended_at) - at(finished_at))).toBeLessThan(1_000);
  for (const [i, { ready_at, started_at, ended_at, next_at }] of history.entries()) {
    expect(at(ready_at)).toBeLessThanOrEqual(at(started_at));
    expect(at(started_at)).toBeLessThanOrEqual(at(ended_at));
    // The wait doubles with each attempt.
    expect(at(next_at) - at(ended_at)).toBe(i < 3 ? 5 * 2 ** i : Number.NaN);
    expect(ready_at).toBe(i === 0 ? created_at : history[i - 1]?.next_at);
  }
  const spans = tracing.spans.getFinishedSpans().map((span) => span.spanContext());
  for (const { trace_id, span_id } of history) {
    expect(spans).toContainEqual(expect.objectContaining({ traceId: trace_id, spanId: span_id }));
  }
});

test("an attempt that is tried again at once could start when the one before it had ended", async () => {
  const job = await submitJob(
    async (run) => {
      if (run === 1) throw new Error("not in run 1");
    },
    { backoffMs: 0 },
  );
  await job.start();
  const { history = [] } = await job.untilFinal();
  expect(history).toMatchObject([
    { start: 1, outcome: "retried", error: "not in run 1" },
    { start: 2, outcome: "succeeded", ready_at: history[0]?.ended_at },
  ]);
  expect(history[0]).not.toHaveProperty("next_at");
});

test("operators see where each attempt failed, and submitters do not", async () => {
  const job = await submitJob(async (run) => {
    throw new Error(`not in run ${run}`);
  });
  await job.start();
  const { history } = await job.untilFinal();
  const stacks = await readStacks(job.queue, job.redis, job.id);
  expect([...stacks.keys()]).toEqual([1, 2, 3, 4]);
  for (const [start, stack] of stacks) {
    expect(stack).toMatch(
      new RegExp(`^_OTHER: Error: not in run ${start}\\n +at .*history\\.test`),
    );
  }
  expect(JSON.stringify(history)).not.toContain("history.test");
});

test("a job that succeeds in its second attempt tells of both", async () => {
  const job = await submitJob(async (run) => {
    if (run === 1) throw new Error("not in run 1");
    return run;
  });
  expect((await job.read()).history).toBe(undefined);
  await job.start();
  const { history, started_at, finished_at } = await job.untilFinal();
  expect(history).toMatchObject([
    { start: 1, number: 1, outcome: "retried", error: "not in run 1" },
    {
      start: 2,
      number: 2,
      outcome: "succeeded",
      ready_at: history?.[0]?.next_at,
      started_at,
      ended_at: finished_at,
      worker: { host: hostname() },
    },
  ]);
});

test("a job that its worker hands back tells so, and that it runs again as the same attempt", async () => {
  const job = await submitJob(hanging);
  const { worker } = await job.start({ config: { concurrency: 1 } });
  await job.untilTold("running");
  worker.cancelAllJobs("the worker stops");
  const { history = [] } = await job.untilTold("handed_back", "running");
  expect(history).toMatchObject([
    { start: 1, number: 1, outcome: "handed_back", worker: { name: worker.opts.name } },
    { start: 2, number: 1, ready_at: history[0]?.ended_at, worker: { name: worker.opts.name } },
  ]);
  expect(history[0]).not.toHaveProperty("error");
});

test("a job whose worker is killed tells when it ran there, and on which release", async () => {
  const { url: redisUrl } = await ownRedis();
  const { url } = await startProducer({ redisUrl, name: defaultQueue });
  const env = { WORKER_LOCK_MS: "2000", RELEASE_SHA: "0123456789abcdef" };
  const killed = await spawnWorker(redisUrl, env);
  const { id } = await submitDivision(url, { x: 1, y: 1, delayMs: 60_000 });
  const running = async () => {
    const { history = [] } = await readJob(url, id);
    return history.at(-1)?.outcome === "running" && history;
  };
  const before = await until("the job to run", running);
  await killed.stop("SIGKILL");
  await startWorker(defaultQueue, { redisUrl, config: { stalledCheckMs: 200 } });
  const history = await until("the job to run again", async () => {
    const told = await running();
    return told !== false && told.length === 2 && told;
  });
  expect(history).toMatchObject([
    {
      start: 1,
      number: 1,
      outcome: "lost",
      started_at: before[0]?.started_at,
      worker: { name: before[0]?.worker?.name, host: hostname(), release: "0123456" },
    },
    { start: 2, number: 1, ready_at: history[0]?.ended_at, worker: { host: hostname() } },
  ]);
});

test("a job that fails as it stalled too often tells of each time, and of no attempt beside", async () => {
  const job = await submitJob(hanging);
  await job.start({ config: { stalledCheckMs: 100 } });
  for (let start = 1; start <= 6; start += 1) {
    await until(`run ${start}`, () => job.runs() === start);
    await job.redis.del(`${job.key}:lock`);
  }
  const { error_type, history } = await job.untilFinal();
  expect(error_type).toBe("stalled");
  expect(history?.map(({ start, outcome, number }) => [start, outcome, number])).toEqual(
    [1, 2, 3, 4, 5, 6].map((start) => [start, "lost", 1]),
  );
});

test("a job that is cancelled before its next attempt keeps those that it has had", async () => {
  const job = await submitJob(
    async (run) => {
      throw new Error(`not in run ${run}`);
    },
    { backoffMs: 60_000 },
  );
  await job.start();
  const told = await job.untilTold("retried");
  await fetch(`${job.url}/api/v1/jobs/${job.id}/cancel`, { method: "POST" });
  const { error_type, history } = await job.untilFinal();
  expect(error_type).toBe("cancelled_by_user");
  expect(history).toEqual(told.history);
});

test("a job that is cancelled in its back-off and retried later tells when it had ended, and when it was retried", async () => {
  const job = await submitJob(
    async (run) => {
      if (run === 1) throw new Error("not in run 1");
    },
    { backoffMs: 60_000, readOnly: false },
  );
  const { worker } = await job.start();
  await job.untilTold("retried");
  await worker.pause();
  await fetch(`${job.url}/api/v1/jobs/${job.id}/cancel`, { method: "POST" });
  const { finished_at } = await job.untilFinal();
  await job.retryByHand();
  const waiting = await job.untilTold("retried");
  const retries = [{ after_start: 1, ended_at: finished_at, retried_at: expect.any(String) }];
  expect(waiting).toMatchObject({ status: "waiting", history_retries: retries });
  void worker.resume();
  const { history = [], history_retries } = await job.untilTold("retried", "succeeded");
  expect(history_retries).toEqual(waiting.history_retries);
  expect(history[1]?.ready_at).toBe(history_retries?.[0]?.retried_at);
});

test("a job that is cancelled while it waits for its first attempt has had none, also once it was retried", async () => {
  const job = await submitJob(async () => 1, { readOnly: false });
  await fetch(`${job.url}/api/v1/jobs/${job.id}/cancel`, { method: "POST" });
  expect((await job.untilFinal()).history).toBe(undefined);
  await job.retryByHand();
  await job.start();
  const { history } = await job.untilTold("succeeded");
  expect(history).toMatchObject([{ start: 2, number: 1, ready_at: expect.any(String) }]);
});

test("a job that is retried by hand keeps all that it has had before, also a success", async () => {
  const job = await submitJob(
    async (run) => {
      if (run === 1) throw new TaskRejectedError("overflow", "too large");
      return run;
    },
    { readOnly: false },
  );
  const { worker } = await job.start();
  await job.untilTold("failed");
  await job.retryByHand();
  const { history: before = [] } = await job.untilTold("failed", "succeeded");
  await worker.pause();
  await job.retryByHand();
  expect((await job.untilTold("failed", "succeeded")).status).toBe("waiting");
  void worker.resume();
  const { history = [] } = await job.untilTold("failed", "succeeded", "succeeded");
  expect(history.slice(0, 2)).toEqual(before);
  for (const [i, { ready_at, started_at }] of history.entries()) {
    expect(at(ready_at)).toBeLessThanOrEqual(at(started_at));
    expect(at(ready_at)).toBeGreaterThanOrEqual(
      at(i === 0 ? job.createdAt : history[i - 1]?.ended_at),
    );
  }
  expect(history).toMatchObject([
    { number: 1, error_type: "overflow", error: "too large" },
    { number: 2, worker: { host: hostname() } },
    { number: 3 },
  ]);
});

test("what somebody has written in the place of attempts is told as far as it makes sense", async () => {
  const job = await submitJob(
    async (run) => {
      throw new Error(`not in run ${run}`);
    },
    { backoffMs: 60_000 },
  );
  await job.start();
  const { created_at } = await job.untilTold("retried");
  const told = async (text: string, outcome: string) => {
    await job.redis.hset(job.key, "attempt:1", text);
    return (await job.untilTold(outcome)).history?.[0];
  };
  expect(await told("junk", "unknown")).toMatchObject({ start: 1, worker: { host: hostname() } });
  const partly = {
    outcome: "retried",
    number: -1,
    startedAt: "x",
    endedAt: 9e15,
    failureClass: "?",
  };
  const odd = { ...partly, reason: "r".repeat(5_000), worker: 7, nextAt: 86_400_000 };
  expect(await told(`1 ${JSON.stringify(odd)}`, "retried")).toEqual({
    start: 1,
    outcome: "retried",
    ready_at: created_at,
    next_at: "1970-01-02T00:00:00.000Z",
    error_type: "_OTHER",
    error: `${"r".repeat(999)}…`,
  });
});

test("a job that was started for ever keeps its first starts and its latest, and tells how many it has not", async () => {
  const job = await submitJob(hanging);
  const { worker } = await job.start({ config: { concurrency: 1 } });
  for (let start = 1; start <= 3; start += 1) {
    await until(`run ${start}`, () => job.runs() === start);
    worker.cancelAllJobs("the worker stops");
  }
  await until("run 4", () => job.runs() === 4);
  await job.redis.hset(job.key, { ats: 200 });
  worker.cancelAllJobs("the worker stops");
  await until("run 5", () => job.runs() === 5);
  worker.cancelAllJobs("the worker stops");
  const { history = [], history_omitted } = await until("the latest start", async () => {
    const read = await job.read();
    return read.history?.at(-1)?.start === 202 && read;
  });
  expect(history.map(({ start }) => start)).toEqual([
    ...Array.from({ length: 10 }, (_, i) => i + 1),
    ...Array.from({ length: 54 }, (_, i) => 149 + i),
  ]);
  expect(history_omitted).toBe(202 - 64);
  expect(history.at(-2)).toMatchObject({ start: 201, outcome: "handed_back" });
  expect(
    Object.keys(await job.redis.hgetall(job.key)).filter((name) => name.startsWith("attempt:"))
      .length,
  ).toBe(5);
});
