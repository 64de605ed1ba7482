import { expect, test } from "vitest";
import { readBody, untilReady } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

test("the public is told whether the producer is ready, and the metrics listener alone why not", async () => {
  const redis = await ownRedis();
  const { url, metricsUrl } = await startProducer({ redisUrl: redis.url });
  expect(await (await untilReady(url)).json()).toEqual({ ready: true });

  await redis.signal("SIGKILL");
  const refused = await until("the outage to be seen", async () => {
    const response = await fetch(`${url}/readyz`);
    return response.status === 503 && response;
  });
  expect(await refused.json()).toEqual({ ready: false });
  const { host } = new URL(redis.url);
  await until("the reason to be told", async () => {
    const { reasons } = await readBody(await fetch(`${metricsUrl}/readyz`));
    return String(reasons).includes(host);
  });
});
