import { expect, test } from "vitest";
import { startReceiver } from "../../support/callback-receiver.ts";
import { createAuthority, createSelfSigned } from "../../support/certificates.ts";
import { postJson, readBody } from "../../support/client.ts";
import { spawnProducer } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const taken = (response: { writeHead(status: number): { end(): unknown } }) =>
  void response.writeHead(204).end();

test("callbacks go to who has a certificate of the name that is called, and to nobody else", async () => {
  const [known, unknown] = [createAuthority(), createAuthority()];
  const certificates = {
    right: known.issue("localhost"),
    "another host": known.issue("hooks.test"),
    "has expired": known.issue("localhost", { expired: true }),
    "signed by itself": createSelfSigned("localhost"),
    "no authority that is known": unknown.issue("localhost"),
  };
  const redis = await ownRedis();
  const producer = await spawnProducer(redis.url, {
    CALLBACK_SECRET: Buffer.alloc(32, "a").toString("base64"),
    CALLBACK_ALLOWED: "localhost",
    NODE_EXTRA_CA_CERTS: known.file,
  });
  await startWorker("default", { redisUrl: redis.url });
  const submit = async (callbackUrl: string) => {
    const job = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 }, callback_url: callbackUrl };
    return readBody(await postJson(`${producer.url}/api/v1/jobs`, job));
  };

  const entries = Object.entries(certificates);
  const receivers = await Promise.all(
    entries.map(([, certificate]) => startReceiver(taken, certificate)),
  );
  const jobs = await Promise.all(receivers.map(({ url }) => submit(url)));
  const [right] = await receivers[0]!.until(1);
  const { host, hostname } = new URL(receivers[0]!.url);
  expect([right!.serverName, right!.headers["host"]]).toEqual([hostname, host]);
  for (const [index, [problem]] of entries.entries()) {
    if (index === 0) continue;
    await until(`the page to tell that the certificate is wrong: ${problem}`, async () => {
      const page = await (await fetch(`${producer.url}/jobs/${jobs[index].id}`)).text();
      return page.includes("was tried") && page.includes(problem);
    });
  }
  expect(receivers.map(({ received }) => received.length)).toEqual([1, 0, 0, 0, 0]);
  const metrics = await (await fetch(`${producer.metricsUrl}/metrics`)).text();
  const counted = /taskqueue_callbacks_total\{queue="default",outcome="failed"\} (\d+)/.exec(
    metrics,
  );
  expect(Number(counted?.[1])).toBeGreaterThanOrEqual(4);
});
