import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { postJson, readBody, submitDivision } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const body = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

test("while a script keeps Redis busy, whoever submits or looks is told to come again", async () => {
  const server = await ownRedis();
  const { url } = await startProducer({ redisUrl: server.url });
  const openClient = () => {
    const client = openRedis({ url: server.url, password: undefined }, "background");
    onTestFinished(() => client.disconnect());
    return client;
  };
  const [holder, admin] = [openClient(), openClient()];
  const { id } = await submitDivision(url, { x: 1, y: 1 });

  await admin.config("SET", "busy-reply-threshold", "1");
  const held = holder.eval("while true do end", 0).catch((error: unknown) => error);
  await until("redis to say that it is busy", () =>
    admin.get("any").then(
      () => false,
      (error: Error) => error.message.startsWith("BUSY"),
    ),
  );
  const answers = {
    submitted: await ask(postJson(`${url}/api/v1/jobs`, body)),
    submittedWithKey: await ask(
      postJson(`${url}/api/v1/jobs`, body, { "idempotency-key": "once" }),
    ),
    read: await ask(fetch(`${url}/api/v1/jobs/${id}`)),
  };
  await admin.script("KILL");
  await held;
  const told = [503, "not_ready"];
  expect(answers).toEqual({ submitted: told, submittedWithKey: told, read: told });
  await submitDivision(url, { x: 1, y: 1 });
});

async function ask(request: Promise<Response>) {
  const response = await request;
  return [response.status, (await readBody(response)).kind];
}
