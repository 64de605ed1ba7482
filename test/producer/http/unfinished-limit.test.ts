import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { postJson, readBody, untilFinal, untilReady } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { type ProducerOptions, startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const limit = 3;
const kind = "too_many_unfinished";
const refusal = problem(
  429,
  "3 jobs from here have not ended yet, as many as one client may have; " +
    "nothing was queued, try again when some of them have ended",
  { kind },
);

async function startLimited(limits: ProducerOptions["limits"] = {}, options: ProducerOptions = {}) {
  const producer = await startProducer({
    ...options,
    limits: { trustProxy: true, unfinishedPerClient: limit, ...limits },
  });
  return { ...producer, ...createClients(producer.url) };
}

function createClients(url: string) {
  const submitAs = (client: string, headers: Record<string, string> = {}, delayMs = 0) => {
    const body = { task: "quotient", input: { x: 10, y: 2, delayMs } };
    return postJson(`${url}/api/v1/jobs`, body, { "x-forwarded-for": client, ...headers });
  };
  const statusAs = async (...args: Parameters<typeof submitAs>) => (await submitAs(...args)).status;
  const fillAs = async (client: string) => {
    const statuses = await Promise.all(Array.from({ length: limit }, () => statusAs(client)));
    expect(statuses).toEqual([202, 202, 202]);
  };
  return { submitAs, statusAs, fillAs };
}

test("a client with too many unfinished jobs is told so, and another client is not", async () => {
  const { queue, submitAs, statusAs, fillAs } = await startLimited();
  await fillAs("203.0.113.1");
  const refused = await submitAs("203.0.113.1");
  expect([await readProblem(refused), refused.headers.get("retry-after")]).toEqual([refusal, "10"]);
  expect(await statusAs("203.0.113.2")).toBe(202);
  expect(await queue.count()).toBe(limit + 1);
});

test("jobs that come at once are no more than any others, and IPv6 counts by network", async () => {
  const { queue, statusAs } = await startLimited();
  const statuses = await Promise.all(
    Array.from({ length: 50 }, (_, n) => statusAs(`2001:db8:0:1::${n}`)),
  );
  expect(statuses.filter((status) => status === 202)).toHaveLength(limit);
  expect(statuses.filter((status) => status === 429)).toHaveLength(50 - limit);
  expect(await queue.count()).toBe(limit);
});

test("a form that is refused for it can be sent again as it is, and is counted as limited", async () => {
  const { url, metricsUrl, fillAs } = await startLimited();
  await fillAs("203.0.113.1");
  const response = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { origin: url, "x-forwarded-for": "203.0.113.1" },
    body: new URLSearchParams({ x: "7", y: "2", idempotency_key: "4711" }),
  });
  const page = await response.text();
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "10"]);
  expect(page).toContain("3 jobs from here have not ended yet");
  expect(page).toMatch(/name="idempotency_key" value="4711"[^]*Try again<\/button>/);
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  expect(metrics).toMatch(
    /^taskqueue_jobs_enqueued_total\{.*source="form",outcome="limited"\} 1$/m,
  );
});

test("an own job that has ended makes room for another, and one that runs or waits does not", async () => {
  const { url, name, queue, submitAs, statusAs } = await startLimited();
  const client = "203.0.113.1";
  const [first] = [
    await readBody(await submitAs(client)),
    await submitAs(client, {}, 60_000),
    await submitAs(client, {}, 60_000),
  ];
  expect(await statusAs(client)).toBe(429);
  await startWorker(name, { config: { concurrency: 1 } });
  await untilFinal(url, first.id);
  await until("the place", async () => (await statusAs(client)) === 202);
  expect(await statusAs(client)).toBe(429);
  expect(await queue.getActiveCount()).toBe(1);
});

test("any number of jobs that end at once are taken one after another", async () => {
  const { url, name, submitAs } = await startLimited();
  await startWorker(name);
  for (let n = 0; n < 4 * limit; n += 1) {
    const response = await submitAs("203.0.113.1");
    expect(response.status).toBe(202);
    await untilFinal(url, (await readBody(response)).id);
  }
});

test("a job that is told again takes no place, and is told at the limit, too", async () => {
  const { url, name, submitAs, statusAs, redis, queue } = await startLimited();
  const [client, other] = ["203.0.113.1", "203.0.113.2"];
  const key = { "idempotency-key": randomUUID() };
  const ids: string[] = [];
  const tell = async (as: string) => {
    const response = await submitAs(as, key);
    expect(response.status).toBe(202);
    ids.push((await readBody(response)).id);
  };
  for (let n = 0; n < 2 * limit; n += 1) await tell(client);
  expect([await statusAs(client), await statusAs(client), await statusAs(client)]).toEqual([
    202, 202, 429,
  ]);
  await tell(client);
  expect(new Set(ids).size).toBe(1);

  await startWorker(name);
  await untilFinal(url, ids[0] ?? "");
  // As it is a minute later.
  await redis.hincrby(queue.toKey(ids[0] ?? ""), "timestamp", -60_000);
  await tell(other);
  await redis.hdel(queue.toKey(ids[0] ?? ""), "finishedOn");
  await createClients(url).fillAs(other);
});

test("two producers agree on what a client has", async () => {
  const redis = await ownRedis();
  const [first, second] = [
    await startLimited({ unfinishedPerClient: 20 }, { redisUrl: redis.url, name: "default" }),
    await startLimited({ unfinishedPerClient: 20 }, { redisUrl: redis.url, name: "default" }),
  ];
  const countTaken = async (...producers: (typeof first)[]) => {
    const sent = Array.from({ length: 50 }, () =>
      producers.map(({ statusAs }) => statusAs("203.0.113.1")),
    );
    return (await Promise.all(sent.flat())).filter((status) => status === 202).length;
  };
  for (const { url } of [first, second]) {
    await untilReady(url);
  }
  expect(await countTaken(first)).toBe(20);
  // It may have eight on their way before it knows of the others.
  const more = await countTaken(second);
  expect(more).toBeLessThanOrEqual(8);
  expect(await countTaken(first, second)).toBe(0);
  expect(await first.queue.count()).toBe(20 + more);
});

test("Redis keeps no client's address, and what it keeps of clients only for a day", async () => {
  const { redis, queue, fillAs } = await startLimited();
  await fillAs("203.0.113.1");
  const keys = await redis.keys(queue.toKey("client:*"));
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toContain("203.0.113");
  expect(await redis.ttl(keys[0] ?? "")).toBeGreaterThan(86_300);
  expect(await redis.ttl(keys[0] ?? "")).toBeLessThanOrEqual(86_400);
});

test("what was never added, because Redis went away, gives its place back", async () => {
  const { redis, queue, statusAs, fillAs } = await startLimited();
  await fillAs("203.0.113.1");
  const [key = ""] = await redis.keys(queue.toKey("client:*"));
  const ids = await redis.zrange(key, 0, "-1");
  await queue.remove(ids[0] ?? "");
  expect(await statusAs("203.0.113.1")).toBe(429);
  for (const id of ids) await redis.zincrby(key, -60_000, id);
  await until("the place", async () => (await statusAs("203.0.113.1")) === 202);
});

test("without a limit nothing is counted", async () => {
  const { redis, queue, statusAs } = await startLimited({ unfinishedPerClient: 0 });
  for (let n = 0; n < 10; n += 1) expect(await statusAs("203.0.113.1")).toBe(202);
  expect(await redis.keys(queue.toKey("client:*"))).toEqual([]);
});
