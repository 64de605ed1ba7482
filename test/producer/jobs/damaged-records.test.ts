import fc from "fast-check";
import { expect, test } from "vitest";
import { findScriptBreakers } from "../../../src/queue/job-hash.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { jobStatus } from "../../../src/producer/jobs/job-schema.ts";
import { readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { submitUntilTaken } from "../../support/honest-client.ts";
import { startProducer, type TestProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const runs = { numRuns: 120, interruptAfterTimeLimit: 15_000 };

/** Read as JSON, and never to be written again. */
const deep = "[".repeat(20_000) + "]".repeat(20_000);

const anything = fc.oneof(
  fc.constantFrom(deep, `{"value":${deep}}`),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom("", "null", "NaN", "Infinity", "-1", "9e99", "1e400", "-0", "0", "{", "[]", "{}"),
  fc.bigInt().map(String),
  fc.double().map(String),
);
const options = fc
  .dictionary(
    fc.constantFrom(
      "attempts",
      "delay",
      "backoff",
      "removeOnFail",
      "removeOnComplete",
      "tm",
      "kl",
      "repeatJobKey",
    ),
    fc.jsonValue({ maxDepth: 2 }),
  )
  .map((value) => JSON.stringify(value));
const entry = fc
  .dictionary(
    fc.constantFrom("outcome", "number", "startedAt", "nextAt", "failureClass", "reason", "worker"),
    fc.oneof(fc.constantFrom("retried", "lost", 1, 9e15), fc.jsonValue({ maxDepth: 2 })),
  )
  .map((value) => `1 ${JSON.stringify(value)}`);
const time = fc.oneof(fc.constant(String(Date.now())), anything);
const sound = { name: "quotient", data: '{"x":1,"y":1,"delayMs":0}' };
const hash = fc.record(
  {
    name: fc.oneof(fc.constant(sound.name), anything),
    data: fc.oneof(fc.constant(sound.data), anything),
    opts: fc.oneof(options, anything),
    timestamp: time,
    processedOn: time,
    finishedOn: time,
    delay: anything,
    priority: anything,
    ats: anything,
    atm: anything,
    pb: anything,
    "attempt:1": fc.oneof(entry, anything),
    stc: anything,
    defa: anything,
    progress: anything,
    returnvalue: anything,
    failedReason: anything,
    stacktrace: anything,
    parent: anything,
    rjk: anything,
  },
  { requiredKeys: [] },
);
/** One that can run, as far as its task and its input go, and no script fails on it. */
const runnable = hash
  .filter((fields) => findScriptBreakers(fields).length === 0)
  .map(({ parent: _parent, ...fields }) => ({ ...fields, ...sound }));
const list = fc.constantFrom("wait", "active", "delayed", "prioritized", "completed", "failed");

test("no record at all makes a page, the API, a stream or a metric fail, and others go on", async () => {
  const producer = await startProducer({ readOnly: false });
  const { url, queue, redis, metricsUrl } = producer;
  const honest = await submitDivision(url, { x: 1, y: 1 });
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(hash, list, async (fields, place) => {
      const id = createRandomId();
      if (Object.keys(fields).length > 0) await redis.hset(queue.toKey(id), fields);
      const key = queue.toKey(place);
      const score = Date.now() - 3_000;
      if (place === "wait" || place === "active") await redis.rpush(key, id);
      else await redis.zadd(key, score, id);

      const answers = await Promise.all(
        ["/", `/jobs/${id}`, `/api/v1/jobs/${id}`, "/overview", `/jobs/${honest.id}`].map((path) =>
          fetch(`${url}${path}`),
        ),
      );
      const [start, , api, , neighbour] = answers;
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect([start?.status, neighbour?.status]).toEqual([200, 200]);
      const body = api === undefined ? undefined : await readBody(api);
      const found = api?.status === 200;
      shown += found ? 1 : 0;
      expect(found ? jobStatus.parse(body) : body).toEqual(body);
      const told = found ? await firstEvent(`${url}/api/v1/jobs/${id}/events`) : { id };
      expect(told).toMatchObject({ id });
      await expectFinite(metricsUrl);
      await Promise.all(answers.filter(({ bodyUsed }) => !bodyUsed).map((it) => it.text()));

      await redis
        .multi()
        .lrem(queue.toKey("wait"), 0, id)
        .lrem(queue.toKey("active"), 0, id)
        .exec();
      for (const set of ["delayed", "prioritized", "completed", "failed"])
        await redis.zrem(queue.toKey(set), id);
    }),
    runs,
  );
  expect(shown).toBeGreaterThan(20);
});

test("no record at all stops a worker, which runs what can run", async () => {
  const producer = await startProducer();
  const { url, queue, redis, name } = producer;
  // The one slot takes each damaged job in the same breath as it ends the honest one before.
  const config = { concurrency: 1, lockMs: 1_000, stalledCheckMs: 200 };
  const { registry, worker } = await startWorker(name, { config });
  const told = new Set<string | undefined>();
  worker.on("completed", ({ id }) => told.add(id));
  worker.on("failed", (job) => told.add(job?.id));
  // On busy processors the producer, in this very process, may lose its connection for a moment.
  const submit = async (delayMs: number) =>
    submitUntilTaken(url, { task: "quotient", input: { x: 1, y: 1, delayMs } }, () => undefined);
  await fc.assert(
    fc.asyncProperty(fc.boolean(), hash, runnable, async (canRun, broken, whole) => {
      const fields = canRun ? whole : broken;
      const id = createRandomId();
      if (Object.keys(fields).length > 0) await redis.hset(queue.toKey(id), fields);
      const before = await submit(20);
      await redis.lpush(queue.toKey("wait"), id);
      const after = await submit(0);
      for (const honest of [before, after]) {
        expect((await untilFinal(url, honest)).status).toBe("succeeded");
      }
      if (canRun) {
        const ended = [before, id, after];
        await until("all ends to be told", () => ended.every((one) => told.has(one)));
      }
    }),
    { ...runs, numRuns: 60 },
  );
  expect(await registry.metrics()).not.toMatch(/^taskqueue_.* (NaN|Nan|[+-]Inf)/m);
  expect((await fetch(`${url}/overview`)).status).toBe(200);
});

async function firstEvent(url: string): Promise<unknown> {
  const response = await fetch(url);
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const data = /^data: (.*)\n/m.exec(text)?.[1];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`no event in "${text}"`);
}

async function expectFinite(metricsUrl: TestProducer["metricsUrl"]): Promise<void> {
  const response = await fetch(`${metricsUrl}/metrics`);
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).not.toMatch(/^taskqueue_.* (NaN|Nan|[+-]Inf)/m);
  expect(text).toContain("taskqueue_queue_oldest_waiting_job_age_seconds{");
}
