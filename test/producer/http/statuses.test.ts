import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createRandomId } from "../../../src/queue/job-id.ts";
import type { Task } from "../../../src/task/task.ts";
import { postJson, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { holdStream } from "../../support/held-stream.ts";
import { loadDescription } from "../../support/openapi.ts";
import { startProducer, type TestProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { loadTwoTasks } from "../../support/second-task.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };
const anyId = createRandomId();
/** So many clients, with so many streams each, have all that there may be of the queue. */
const clients = 10;
const perClient = 20;

/** Its schema takes samples, and fails at one value. */
const faulty: Task = {
  title: "Faulty",
  description: "Is at fault.",
  input: z.strictObject({
    x: z.number().refine((x) => {
      if (x === 13.5) throw new Error("at fault");
      return true;
    }),
  }),
  timeLimitMs: 1_000,
  run: async () => null,
};

/** How each status comes about, by operation. */
type Ways = Readonly<Record<string, Readonly<Record<number, () => Promise<Response>>>>>;

test("each status that the document tells can be had, and is answered as it tells", async () => {
  const tasks = new Map([...(await loadTwoTasks()), ["faulty", faulty]]);
  const usual = await startProducer({ tasks, limits: { trustProxy: true } });
  const strict = await startProducer({ limits: { ratePerMinute: 1, readsPerMinute: 1 } });
  const broken = await startProducer();
  const idle = await startProducer();
  const redis = await ownRedis();
  const cutOff = await startProducer({ redisUrl: redis.url });
  const { operations, problemsOfAnswer } = await loadDescription(usual.url);
  await startWorker(usual.name, { tasks });
  const { id } = await submitDivision(usual.url, { x: 10, y: 2 });
  const { finished_at: end = "" } = await untilFinal(usual.url, id);
  await broken.redis.set(broken.queue.toKey("completed"), "no set");
  await broken.redis.set(broken.queue.toKey("overview"), "no hash");
  await redis.signal("SIGKILL");

  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const get = (path: string, headers: Record<string, string> = {}, at = usual) =>
    fetch(`${at.url}/api/v1/${path}`, { headers, signal: leaving.signal });
  const post = (body: unknown, headers: Record<string, string> = {}, at = usual) =>
    postJson(`${at.url}/api/v1/jobs`, body, headers);
  const batch = (rows: readonly unknown[], headers: Record<string, string> = {}, at = usual) =>
    postJson(`${at.url}/api/v1/jobs/batch`, rows, headers);
  const cancel = (job: string, headers: Record<string, string> = {}, at = usual) =>
    fetch(`${at.url}/api/v1/jobs/${job}/cancel`, { method: "POST", headers });
  const foreign = { "sec-fetch-site": "cross-site" };
  const other = { "if-match": '"other"' };
  const unknown = { authorization: "Bearer nobody's" };
  const twice = async (ask: (at: TestProducer) => Promise<Response>) => {
    await ask(strict);
    return ask(strict);
  };
  const read = (path: string) => ({
    200: () => get(path),
    401: () => get(path, unknown),
    403: () => get(path, foreign),
    412: () => get(path, other),
    429: () => twice((at) => get(path, {}, at)),
  });
  const ways: Ways = {
    submitJob: {
      202: () => post(division),
      400: () => post("{"),
      401: () => post(division, unknown),
      403: () => post(division, { origin: "https://elsewhere.test" }),
      409: async () => {
        const key = { "idempotency-key": "one" };
        await post(division, key);
        return post({ ...division, input: { ...division.input, x: 11 } }, key);
      },
      412: () => post(division, { "if-match": "*" }),
      413: () => post(" ".repeat(70_000)),
      415: () => post(division, { "content-type": "text/plain" }),
      422: () => post({ task: "nothing", input: {} }),
      429: () => twice((at) => post(division, {}, at)),
      500: () => post({ task: "faulty", input: { x: 13.5 } }),
      503: () => post(division, {}, cutOff),
    },
    submitJobs: {
      200: () => batch([division, {}]),
      400: () => batch([]),
      401: () => batch([division], unknown),
      403: () => batch([division], { origin: "https://elsewhere.test" }),
      412: () => batch([division], { "if-match": "*" }),
      413: () => batch([" ".repeat(4_200_000)]),
      415: () => batch([division], { "content-type": "text/plain" }),
      429: () => twice((at) => batch([division], {}, at)),
      503: () => batch([division], {}, cutOff),
    },
    cancelJob: {
      200: async () => cancel((await submitDivision(idle.url, { x: 1, y: 1 })).id, {}, idle),
      202: async () => {
        const { id: slow } = await submitDivision(usual.url, { x: 1, y: 1, delayMs: 60_000 });
        const runs = async () => (await readJob(usual.url, slow)).status === "working";
        await until("it to run", runs);
        return cancel(slow);
      },
      401: () => cancel(id, unknown),
      403: () => cancel(id, { origin: "https://elsewhere.test" }),
      404: () => cancel("nobody"),
      409: () => cancel(id),
      412: () => cancel(id, { "if-match": "*" }),
      429: () => twice((at) => cancel(anyId, {}, at)),
      500: () => cancel(anyId, {}, broken),
      503: () => cancel(anyId, {}, cutOff),
    },
    getJob: {
      ...read(`jobs/${id}`),
      404: () => get("jobs/nobody"),
      500: () => get(`jobs/${anyId}`, {}, broken),
      503: () => get(`jobs/${anyId}`, {}, cutOff),
    },
    getJobLog: {
      ...read(`jobs/${id}/log`),
      400: () => get(`jobs/${id}/log?after=x`),
      404: () => get("jobs/nobody/log"),
      500: () => get(`jobs/${anyId}/log`, {}, broken),
      503: () => get(`jobs/${anyId}/log`, {}, cutOff),
    },
    watchJob: {
      ...read(`jobs/${id}/events`),
      204: () => get(`jobs/${id}/events`, { "last-event-id": end }),
      404: () => get("jobs/nobody/events"),
      500: () => get(`jobs/${anyId}/events`, {}, broken),
      503: () => get(`jobs/${anyId}/events`, {}, cutOff),
    },
    readQueue: read("overview"),
    readDay: {
      ...read("overview/day"),
      500: () => get("overview/day", {}, broken),
      503: () => get("overview/day", {}, cutOff),
    },
    watchQueue: {
      ...read("overview/events"),
      503: async () => {
        for (let client = 0; client < clients; client += 1) {
          const from = { "x-forwarded-for": `203.0.113.${client}` };
          const stream = `${usual.url}/api/v1/overview/events`;
          const held = await Promise.all(
            Array.from({ length: perClient }, () => holdStream(stream, from)),
          );
          expect(held.every(({ ok }) => ok)).toBe(true);
        }
        return get("overview/events", { "x-forwarded-for": "203.0.113.99" });
      },
    },
  };
  for (const [name, operation] of operations) {
    const had = ways[name] ?? {};
    // The queue as a whole is told as it was last known, and a fault of many jobs' rows is each row's own.
    const unseen = name.endsWith("Queue") || name === "submitJobs" ? ["500"] : [];
    expect([name, ...Object.keys(had), ...unseen].toSorted()).toEqual(
      [name, ...Object.keys(operation.responses)].toSorted(),
    );
    for (const [status, ask] of Object.entries(had)) {
      const response = await ask();
      expect([name, status, String(response.status)]).toEqual([name, status, status]);
      expect([name, status, await problemsOfAnswer(operation, response)]).toEqual([
        name,
        status,
        [],
      ]);
    }
  }
});
