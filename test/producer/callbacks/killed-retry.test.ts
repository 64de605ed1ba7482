import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { startReceiver } from "../../support/callback-receiver.ts";
import { postJson, readBody, readJob, untilFinal } from "../../support/client.ts";
import { openHoldingProxy } from "../../support/holding-proxy.ts";
import { spawnProducer, spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const callbacks = {
  CALLBACK_SECRET: Buffer.alloc(32, "a").toString("base64"),
  CALLBACK_ALLOWED: "127.0.0.1",
};
const authorization = `Basic ${btoa("admin:correct horse")}`;

test("a job tells of its next end though who retries it by hand is killed, and its first end is told meanwhile", async () => {
  const redis = await ownRedis();
  const proxy = await openHoldingProxy(redis.url);
  const [staying, leaving] = await Promise.all([
    spawnProducer(redis.url, callbacks),
    spawnProducer(proxy.url, { BOARD_READ_ONLY: "false" }),
    spawnWorker(redis.url),
  ]);
  const answers: ServerResponse[] = [];
  const receiver = await startReceiver((response) => void answers.push(response));
  const submit = async (more: object) => {
    const job = { task: "quotient", input: { x: 1, y: 0, delayMs: 0 }, ...more };
    const { id } = await readBody(await postJson(`${staying.url}/api/v1/jobs`, job));
    await untilFinal(staying.url, id);
    return id as string;
  };
  const retry = (id: string) =>
    fetch(`${leaving.boardUrl}/board/api/queues/default/${id}/retry`, {
      method: "PUT",
      headers: { authorization, "content-type": "application/json" },
    });
  // Redis knows BullMQ's script from then on: what is held below is all that it takes.
  const rehearsed = await retry(await submit({}));
  expect([rehearsed.status, await rehearsed.text()]).toEqual([204, ""]);

  const id = await submit({ callback_url: receiver.url });
  await receiver.until(1);
  const holding = proxy.holdFrom((sent) => sent.includes("LPUSH") && sent.includes("failedReason"));
  const retrying = retry(id).catch(() => undefined);
  await holding;
  answers[0]!.writeHead(204).end();
  await until("the first end to be told", async () => {
    const { callback } = (await readJob(staying.url, id)) as unknown as {
      callback: { state: string };
    };
    return callback.state === "delivered";
  });
  await leaving.stop("SIGKILL");
  proxy.release();
  await retrying;

  const [first, second] = await receiver.until(2);
  expect(second!.message.data.id).toBe(id);
  expect(second!.headers["webhook-id"]).not.toBe(first!.headers["webhook-id"]);
});
