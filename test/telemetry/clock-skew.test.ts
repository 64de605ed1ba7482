import { afterEach, expect, test, vi } from "vitest";
import { readHeartbeat, recordHeartbeat } from "../../src/queue/heartbeat.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";

const twoHoursMs = 7_200_000;
const readTrueTime = Date.now;

afterEach(() => void vi.restoreAllMocks());

test("a clock that is two hours ahead or behind is told by as much, and one that is right as such", async () => {
  const { metricsUrl } = await startProducer();
  expect(Math.abs((await readSkew(metricsUrl)) ?? Number.NaN)).toBeLessThan(1);
  for (const skewMs of [twoHoursMs, -twoHoursMs]) {
    vi.spyOn(Date, "now").mockImplementation(() => readTrueTime() + skewMs);
    const measured = (await readSkew(metricsUrl)) ?? Number.NaN;
    expect(Math.abs(measured - skewMs / 1_000)).toBeLessThan(1);
  }
});

test("without Redis nothing is said of the clock", async () => {
  const redis = await ownRedis();
  const { metricsUrl } = await startProducer({ redisUrl: redis.url });
  expect(await readSkew(metricsUrl)).toBeTypeOf("number");
  await redis.signal("SIGKILL");
  expect(await readSkew(metricsUrl)).toBeUndefined();
});

test("a heartbeat is noted at Redis' time, whatever the worker's clock says", async () => {
  const { queue, redis } = await startProducer();
  vi.spyOn(Date, "now").mockImplementation(() => readTrueTime() - twoHoursMs);
  await recordHeartbeat(queue, redis);
  const at = (await readHeartbeat(queue, redis)) ?? 0;
  expect(Math.abs(at - readTrueTime())).toBeLessThan(10_000);
});

async function readSkew(metricsUrl: string): Promise<number | undefined> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const skew = /^taskqueue_clock_skew_seconds (\S+)$/m.exec(text)?.[1];
  return skew === undefined ? undefined : Number(skew);
}
