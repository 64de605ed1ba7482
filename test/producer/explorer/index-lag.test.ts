import { expect, test } from "vitest";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

test("how far the index of jobs is behind is a metric, which grows while Redis is away", async () => {
  const redis = await ownRedis();
  const { metricsUrl } = await startProducer({ redisUrl: redis.url });
  const readLag = async () => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    const [, lag] = /^taskqueue_job_index_lag_seconds (\S+)$/m.exec(text) ?? [];
    return lag === undefined ? undefined : Number(lag);
  };
  const before = await until("a lag", readLag);
  expect(before).toBeGreaterThan(0);
  await redis.signal("SIGKILL");
  await until("it to grow", async () => ((await readLag()) ?? 0) > before + 1);
  await redis.start();
  await until("it to fall", async () => ((await readLag()) ?? before + 2) < before + 1);
});
