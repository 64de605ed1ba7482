import { expect, test } from "vitest";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";
import { collectLog } from "../support/telemetry.ts";

const input = { x: 6, y: 3, delayMs: 0 };

test("takes a job without a hash out of the queue, logs it once and counts it", async () => {
  const { queue, redis, name } = await startProducer();
  const job = await queue.add("quotient", input);
  await redis.del(queue.toKey(job.id ?? ""));
  const { log, lines } = collectLog();
  const { registry } = await startWorker(name, { log });
  const series = `taskqueue_jobs_finished_total{queue="${name}",task="_OTHER",outcome="failed",error_type="invalid_record"} 1`;
  await until("the job to be counted", async () => (await registry.metrics()).includes(series));
  expect(lines().filter((line) => line["job_id"] === job.id)).toMatchObject([
    { level: "warn", error_type: "invalid_record", msg: expect.stringContaining("no name") },
  ]);
  // The worker's first heartbeat may be under way.
  await expect
    .poll(() => queue.getJobCounts("waiting", "active", "failed"))
    .toEqual({ waiting: 0, active: 0, failed: 0 });
  expect(await redis.keys(`${queue.toKey(job.id ?? "")}*`)).toEqual([]);
  expect(await registry.metrics()).not.toMatch(/^taskqueue_.* (NaN|Nan|[+-]Inf)/m);
});

test("takes a job whose record is no hash out of the queue, and runs the others", async () => {
  const { queue, redis, name } = await startProducer();
  const damaged = await queue.add("quotient", input);
  const other = await queue.add("quotient", input);
  const key = queue.toKey(damaged.id ?? "");
  await redis.del(key);
  await redis.set(key, "text");
  await startWorker(name, { config: { lockMs: 1_000, stalledCheckMs: 200 } });
  await until("the other to succeed", async () => (await other.getState()) === "completed");
  await until("the damaged one to be gone", async () => {
    const { waiting, active } = await queue.getJobCounts("waiting", "active");
    return waiting === 0 && active === 0;
  });
  expect(await redis.exists(key)).toBe(0);
});

test.each([
  ["opts", "{"],
  ["opts", '"text"'],
  ["opts", '{"attempts":"x","backoff":{"type":"constructor"},"removeOnFail":{"count":"x"}}'],
  ["opts", '{"delay":"x","kl":-1,"stackTraceLimit":"x","removeOnComplete":{"age":[]}}'],
  ["timestamp", "x"],
  ["timestamp", "9e99"],
  ["progress", "{"],
  ["parent", "{"],
  ["parent", "{}"],
  ["parent", '{"id":"1","queueKey":"another"}'],
  ["parentKey", "undefined:undefined"],
  ["opts", '{"parent":{"id":"1","queue":"another"}}'],
  ["rjk", "nothing"],
  ["atm", "1.5"],
  ["ats", "x"],
  ["stc", "x"],
  ["returnvalue", "{"],
])("runs a job and the one after it although its %s is %s", async (field, value) => {
  const { queue, redis, name } = await startProducer();
  // The worker's slot takes the second one in the same breath as it ends the first.
  const first = await queue.add("quotient", input);
  const damaged = await queue.add("quotient", input);
  const failing = await queue.add("quotient", { ...input, y: 0 });
  const last = await queue.add("quotient", input);
  for (const { id } of [damaged, failing])
    await redis.hset(queue.toKey(id ?? ""), { [field]: value });
  const { registry } = await startWorker(name, {
    config: { concurrency: 1, lockMs: 1_000, stalledCheckMs: 200 },
  });
  const finished = async (outcome: string) => {
    const text = await registry.metrics();
    const lines = text.matchAll(
      new RegExp(`^taskqueue_jobs_finished_total\\{.*outcome="${outcome}".*\\} (\\d+)`, "gm"),
    );
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  await until("the jobs to be counted", async () => {
    return (await finished("succeeded")) === 3 && (await finished("failed")) === 1;
  });
  const state = (id: string | undefined) => queue.getJobState(id ?? "");
  expect(await Promise.all([first, damaged, failing, last].map(({ id }) => state(id)))).toEqual([
    "completed",
    "completed",
    "failed",
    "completed",
  ]);
  expect(await registry.metrics()).not.toMatch(/^taskqueue_.* (NaN|Nan|[+-]Inf)/m);
});

test("runs a job that BullMQ's own script fails on, once its lock has run out", async () => {
  const { queue, redis, name } = await startProducer();
  // The script that fails has ended this one, and was to hand out that one.
  await queue.add("quotient", input);
  const { id = "" } = await queue.add("quotient", input);
  await redis.hset(queue.toKey(id), { ats: "x" });
  const { log, lines } = collectLog();
  const config = { concurrency: 1, lockMs: 1_000, stalledCheckMs: 200 };
  await startWorker(name, { log, config });
  const state = await until("the job to end", async () => {
    const now = await queue.getJobState(id);
    return (now === "completed" || now === "failed") && now;
  });
  expect(state).toBe("completed");
  expect(lines().filter(({ level }) => level === "error")).toMatchObject([
    { msg: "redis holds a damaged job" },
  ]);
});
