import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { callbacksKey } from "../../../src/queue/callback-keys.ts";
import { startReceiver } from "../../support/callback-receiver.ts";
import { postJson, readBody, readJob, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const secret = `whsec_${Buffer.alloc(32, "a").toString("base64")}`;
const allowed = "127.0.0.1";
const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

async function submit(url: string, callbackUrl: string, more: object = {}) {
  const body = { ...division, callback_url: callbackUrl, ...more };
  const response = await postJson(`${url}/api/v1/jobs`, body);
  expect(response.status).toBe(202);
  return readBody(response);
}

async function readCallback(url: string, id: string): Promise<Record<string, unknown>> {
  const job = (await readJob(url, id)) as unknown as { callback: Record<string, unknown> };
  return job.callback;
}

const isSettled = async (url: string, id: string, state: string) => {
  const callback = await readCallback(url, id);
  return callback["state"] === state && callback;
};

test("a job's end is told to its callback_url, signed so that a library of the standard takes it", async () => {
  const receiver = await startReceiver();
  const { url, name } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const { id } = await submit(url, `${receiver.url}/hook?token=t`);
  const [received] = await receiver.until(1);
  expect(new Webhook(secret).verify(received!.body, received!.headers)).toEqual(received!.message);
  const job = await untilFinal(url, id);
  const { callback: _, ...told } = job as unknown as { callback: unknown };
  expect(received).toMatchObject({
    path: "/hook?token=t",
    headers: {
      "content-type": "application/json",
      "webhook-id": `${id}-${Date.parse(job.finished_at ?? "")}`,
    },
    message: { type: "job.succeeded", version: 1, timestamp: job.finished_at, data: told },
  });
  const callback = await until("the delivery to be noted", () => isSettled(url, id, "delivered"));
  expect(callback).toMatchObject({ host: new URL(receiver.url).host, tries: 1 });
  expect(receiver.received).toHaveLength(1);
});

test("failed and cancelled jobs call back, too, and jobs without a callback_url do not", async () => {
  const receiver = await startReceiver();
  const { url, name } = await startProducer({ callbacks: { secret, allowed } });
  const waiting = await submit(url, receiver.url, { delayMs: 3_600_000 });
  await startWorker(name);
  await postJson(`${url}/api/v1/jobs`, division);
  const failing = await submit(url, receiver.url, { input: { x: 1, y: 0, delayMs: 0 } });
  await receiver.until(1);
  const cancelled = await fetch(`${url}/api/v1/jobs/${waiting.id}/cancel`, { method: "POST" });
  expect(cancelled.status).toBeLessThan(300);
  const all = await receiver.until(2);
  expect(all.map(({ message: { type, data } }) => [type, data.id, data["error_type"]])).toEqual([
    ["job.failed", failing.id, "division_by_zero"],
    ["job.cancelled", waiting.id, "cancelled_by_user"],
  ]);
});

test("a callback that fails is repeated until it is taken, and the job tells why it failed", async () => {
  let refusals = 2;
  const receiver = await startReceiver((response) => {
    refusals -= 1;
    response.writeHead(refusals >= 0 ? 503 : 200).end();
  });
  const { url, name } = await startProducer({
    callbacks: { secret, allowed, waitsMs: [50, 60_000] },
  });
  await startWorker(name);
  const { id } = await submit(url, receiver.url);
  const [first, second] = await receiver.until(2);
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  const callback = await until("it to be noted", async () => {
    const now = await isSettled(url, id, "retrying");
    return now !== false && now["tries"] === 2 && now;
  });
  expect(callback).toMatchObject({ error: "got status 503, expected 2xx" });
  const wait = Date.parse(callback["next_try_at"] as string) - Date.now();
  expect(wait).toBeGreaterThan(10_000);
});

test("the waits between the tries grow, each at least as long as said, chance aside", async () => {
  const waitsMs = [100, 300, 900];
  const cameAt: number[] = [];
  const receiver = await startReceiver((response) => {
    cameAt.push(performance.now());
    response.writeHead(503).end();
  });
  const { url, name } = await startProducer({ callbacks: { secret, allowed, waitsMs } });
  await startProducer({ name, callbacks: { secret, allowed, waitsMs } });
  await startWorker(name);
  const { id } = await submit(url, receiver.url);
  await until("it to be given up", () => isSettled(url, id, "given_up"));
  const gaps = cameAt.slice(1).map((at, index) => at - cameAt[index]!);
  expect(gaps).toHaveLength(waitsMs.length);
  expect(gaps.filter((gap, index) => gap < waitsMs[index]! * 0.8)).toEqual([]);
});

test("a callback that fails each time is given up in the end", async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const { url, name } = await startProducer({ callbacks: { secret, allowed, waitsMs: [50, 50] } });
  await startWorker(name);
  const { id } = await submit(url, receiver.url);
  const callback = await until("it to be given up", () => isSettled(url, id, "given_up"));
  expect(callback).toMatchObject({ tries: 3, error: "got status 500, expected 2xx" });
  expect(receiver.received).toHaveLength(3);
});

test("a receiver that answers 410 is not called again", async () => {
  const receiver = await startReceiver((response) => response.writeHead(410).end());
  const { url, name } = await startProducer({ callbacks: { secret, allowed, waitsMs: [50] } });
  await startWorker(name);
  const { id } = await submit(url, receiver.url);
  const callback = await until("it to be given up", () => isSettled(url, id, "given_up"));
  expect(callback).toMatchObject({ tries: 1, error: "got status 410, expected 2xx" });
});

test("a job that was removed is told of all the same, if a try has failed before", async () => {
  let taken = false;
  const receiver = await startReceiver((response) => response.writeHead(taken ? 200 : 500).end());
  const { url, name, queue } = await startProducer({
    callbacks: { secret, allowed, waitsMs: [1_500, 500, 500, 500] },
  });
  await startWorker(name);
  const { id } = await submit(url, receiver.url);
  await until("the try to be noted", () => isSettled(url, id, "retrying"));
  await queue.remove(id);
  taken = true;
  const [first, second] = await receiver.until(2);
  expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
  expect(second!.message).toMatchObject({
    type: "job.succeeded",
    data: { id, status: "succeeded", omitted: ["input", "result", "history"] },
  });
});

test("a job that was retried by hand tells of its next end, too", async () => {
  const receiver = await startReceiver();
  const { url, name, queue } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const { id } = await submit(url, receiver.url, { input: { x: 1, y: 0, delayMs: 0 } });
  await until("the delivery to be noted", () => isSettled(url, id, "delivered"));
  const job = await queue.getJob(id);
  await job!.retry("failed");
  const [first, second] = await receiver.until(2);
  expect(second!.message.data.id).toBe(id);
  expect(second!.headers["webhook-id"]).not.toBe(first!.headers["webhook-id"]);
});

test("a submission that is sent again calls back once, and one with another callback_url is refused", async () => {
  const receiver = await startReceiver();
  const { url, name } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const body = { ...division, callback_url: receiver.url };
  const send = (sent: object) =>
    postJson(`${url}/api/v1/jobs`, sent, { "idempotency-key": "the-key" });
  const { id } = await readBody(await send(body));
  await until("the delivery to be noted", () => isSettled(url, id, "delivered"));
  const again = await send(body);
  expect([again.status, (await readBody(again)).id]).toEqual([202, id]);
  const other = await send({ ...body, callback_url: `${receiver.url}/other` });
  expect([other.status, await other.text()]).toEqual([
    409,
    expect.stringContaining("another callback_url"),
  ]);
  // A further job's callback comes after whatever the first one's would have been.
  await submit(url, receiver.url);
  await receiver.until(2);
  expect(receiver.received.map(({ message }) => message.data.id === id)).toEqual([true, false]);
});

test("the callback_url of a batch holds for rows that have none", async () => {
  const [own, common] = [await startReceiver(), await startReceiver()];
  const { url, name } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const query = `callback_url=${encodeURIComponent(common.url)}`;
  const response = await postJson(`${url}/api/v1/jobs/batch?${query}`, [
    { ...division, callback_url: own.url },
    division,
  ]);
  const { rows } = (await response.json()) as { rows: { id: string }[] };
  const [atOwn] = await own.until(1);
  const [atCommon] = await common.until(1);
  expect([atOwn!.message.data.id, atCommon!.message.data.id]).toEqual(rows.map(({ id }) => id));
});

test("two producers deliver each callback once", async () => {
  const receiver = await startReceiver();
  const first = await startProducer({ callbacks: { secret, allowed } });
  await startProducer({ name: first.name, callbacks: { secret, allowed } });
  await startWorker(first.name);
  const jobs = 100;
  const rows = Array.from({ length: jobs }, () => ({ ...division, callback_url: receiver.url }));
  await postJson(`${first.url}/api/v1/jobs/batch`, rows);
  await receiver.until(jobs);
  const isDone = async () => (await first.redis.zcard(callbacksKey(first.queue))) === 0;
  await until("all deliveries to be noted", isDone);
  expect(receiver.received).toHaveLength(jobs);
  expect(new Set(receiver.received.map(({ message }) => message.data.id)).size).toBe(jobs);
});

test("the callbacks of a whole batch come one after the other, a few at a time", async () => {
  let open = 0;
  let most = 0;
  const receiver = await startReceiver((response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.writeHead(200).end();
    });
  });
  const { url, name } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const jobs = 100;
  const rows = Array.from({ length: jobs }, () => ({ ...division, callback_url: receiver.url }));
  await postJson(`${url}/api/v1/jobs/batch`, rows);
  const all = await receiver.until(jobs);
  expect(new Set(all.map(({ message }) => message.data.id)).size).toBe(jobs);
  expect(most).toBeLessThanOrEqual(4);
});

test("a job's page tells how its callback stands", async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const { url, name } = await startProducer({ callbacks: { secret, allowed, waitsMs: [60_000] } });
  const { id } = await submit(url, `${receiver.url}/secret-path`);
  const readPage = async () => (await fetch(`${url}/jobs/${id}`)).text();
  const { host } = new URL(receiver.url);
  const waiting = await readPage();
  expect(waiting).toContain("is told once the job has ended");
  expect(waiting).toContain(host);
  expect(waiting).not.toContain("secret-path");
  await startWorker(name);
  await until("the try to be told", async () => (await readPage()).includes("was tried once"));
  expect(await readPage()).toContain("got status 500, expected 2xx");
});

test("a receiver that hangs does not hold up another one", async () => {
  const hanging = await startReceiver(() => undefined);
  const quick = await startReceiver();
  const { url, name } = await startProducer({
    callbacks: { secret, allowed, timeLimitMs: 60_000 },
  });
  await startWorker(name);
  const rows = Array.from({ length: 50 }, () => ({ ...division, callback_url: hanging.url }));
  await postJson(`${url}/api/v1/jobs/batch`, rows);
  await hanging.until(4);
  const { id } = await submit(url, quick.url);
  const [received] = await quick.until(1);
  expect(received!.message.data.id).toBe(id);
  expect(hanging.received).toHaveLength(4);
});

test.each([
  ["without a secret to sign with", undefined, "https://example.com/", "have set no secret"],
  ["to an address that is not allowed", { secret }, "https://127.0.0.1/", "no address of the"],
])("a callback_url is refused %s, and nothing is queued", async (_, callbacks, to, problem) => {
  const { url, queue } = await startProducer(callbacks === undefined ? {} : { callbacks });
  const response = await postJson(`${url}/api/v1/jobs`, { ...division, callback_url: to });
  expect([response.status, await response.json()]).toEqual([
    422,
    expect.objectContaining({
      errors: [{ pointer: "/callback_url", detail: expect.stringContaining(problem) }],
    }),
  ]);
  expect(await queue.getJobCountByTypes("waiting", "prioritized", "delayed")).toBe(0);
});
