import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { callbacksKey } from "../../../src/queue/callback-keys.ts";
import { removeJob, retryJob } from "../../../src/queue/job-moves.ts";
import { type Received, startReceiver } from "../../support/callback-receiver.ts";
import { postJson, readBody, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const secret = `whsec_${Buffer.alloc(32, "a").toString("base64")}`;
const allowed = "127.0.0.1";
const failing = { task: "quotient", input: { x: 1, y: 0, delayMs: 0 } };
const key = { "idempotency-key": "the-key" };

/** A receiver that answers the first request only when told to, with that status, and takes all others. */
async function startHolding() {
  let hold: ServerResponse | undefined;
  const receiver = await startReceiver((response) => {
    if (hold === undefined) hold = response;
    else response.writeHead(204).end();
  });
  return { ...receiver, answerFirst: (status: number) => void hold?.writeHead(status).end() };
}

const idOf = ({ headers }: Received) => headers["webhook-id"];

test.each([204, 503, 410])(
  "a job that is retried while its first end is told tells of its next, too, when that gets %i",
  async (status) => {
    const receiver = await startHolding();
    const waitsMs = [3_600_000];
    const { url, name, queue, redis } = await startProducer({
      callbacks: { secret, allowed, waitsMs },
    });
    await startWorker(name);
    const { id } = await readBody(
      await postJson(`${url}/api/v1/jobs`, { ...failing, callback_url: receiver.url }),
    );
    await receiver.until(1);
    const { finished_at: firstEnd } = await untilFinal(url, id);
    expect(await retryJob(queue, redis, { id })).toBe("done");
    await until("it to end again", async () => {
      const { finished_at: end } = await untilFinal(url, id);
      return end !== firstEnd;
    });
    receiver.answerFirst(status);
    const [first, second] = await receiver.until(2);
    expect(second!.message.data.id).toBe(id);
    expect(idOf(second!)).not.toBe(idOf(first!));
    await until(
      "no callback to be left",
      async () => (await redis.zcard(callbacksKey(queue))) === 0,
    );
    expect(receiver.received).toHaveLength(2);
  },
);

test("a job that is removed and submitted again under its key while its end is told calls back, too", async () => {
  const receiver = await startHolding();
  const { url, name, queue, redis } = await startProducer({ callbacks: { secret, allowed } });
  await startWorker(name);
  const body = { ...failing, callback_url: receiver.url };
  const submit = async () => readBody(await postJson(`${url}/api/v1/jobs`, body, key));
  const { id } = await submit();
  await receiver.until(1);
  expect(await removeJob(queue, redis, id)).toBe("done");
  expect((await submit()).id).toBe(id);
  await untilFinal(url, id);
  receiver.answerFirst(204);
  const [first, second] = await receiver.until(2);
  expect(idOf(second!)).not.toBe(idOf(first!));
});

test("a job that is retried is looked at at once, however long its callback would have waited", async () => {
  const receiver = await startReceiver((response) => response.writeHead(503).end());
  const waitsMs = [3_600_000];
  const { url, name, queue, redis } = await startProducer({
    callbacks: { secret, allowed, waitsMs },
  });
  await startWorker(name);
  const { id } = await readBody(
    await postJson(`${url}/api/v1/jobs`, { ...failing, callback_url: receiver.url }),
  );
  const dueInMs = async () => Number(await redis.zscore(callbacksKey(queue), id)) - Date.now();
  await until("its wait to begin", async () => (await dueInMs()) > 600_000);
  // It does not end again.
  await queue.pause();
  expect(await retryJob(queue, redis, { id })).toBe("done");
  const waitMs = await dueInMs();
  expect(waitMs).toBeGreaterThan(-60_000);
  expect(waitMs).toBeLessThan(600_000);
});
