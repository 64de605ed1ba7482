import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { defaultQueue } from "../../src/contract/queues.ts";
import { prefixOf } from "../../src/queue/keys.ts";
import { openLedger } from "../faults/ledger.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const prefix = `${prefixOf(defaultQueue)}:${defaultQueue}`;

test("a ledger's audit finds jobs that were lost, that failed and that were begun twice", async () => {
  const redis = await ownRedis();
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const producer = await spawnProducer(redis.url);
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  await ledger.submitMany(3, 0);
  await ledger.submit("quotient", { x: 1, y: 0, delayMs: 0 });
  expect(await ledger.audit()).toMatchObject({ acknowledged: 4, queued: 4, lost: [] });

  const [gone = ""] = ledger.acknowledged;
  await client.lrem(`${prefix}:wait`, 1, gone);
  const slow = await ledger.submit("quotient", { x: 1, y: 1, delayMs: 2_000 });
  const env = { WORKER_LOCK_MS: "3000", WORKER_STALLED_CHECK_MS: "500" };
  const first = await spawnWorker(redis.url, env);
  await until("nothing but the slow job to be left", async () => {
    const waiting = await client.llen(`${prefix}:wait`);
    const running = await client.lrange(`${prefix}:active`, 0, -1);
    return waiting === 0 && running.length === 1 && running[0] === slow;
  });
  await first.stop("SIGKILL");
  expect((await ledger.audit()).duplicates).toBe(0);
  await spawnWorker(redis.url, env);
  await until(
    "it to succeed",
    async () => (await client.zscore(`${prefix}:completed`, slow)) !== null,
  );
  expect(await ledger.audit()).toEqual({
    acknowledged: 5,
    succeeded: 3,
    failed: ["division_by_zero: cannot divide 1 by zero"],
    queued: 0,
    lost: [gone],
    starts: 5,
    attempts: 4,
    duplicates: 1,
    stalls: 1,
  });
});
