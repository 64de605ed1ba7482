import { setTimeout as sleep } from "node:timers/promises";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";
import { countSubmitted } from "./stored-jobs.ts";

type Fsync = "always" | "everysec";

fault<{ readonly kills: number; readonly policies: readonly Fsync[] }>(
  {
    id: "F3",
    name: "Redis is killed under writers",
    short: { kills: 2, policies: ["always"], timeoutMs: 60_000 },
    full: { kills: 5, policies: ["always", "everysec"], timeoutMs: 120_000 },
  },
  async ({ kills, policies }, measure) => {
    for (const fsync of policies) await killRedis(fsync, kills, measure);
  },
);

async function killRedis(fsync: Fsync, kills: number, measure: Measure): Promise<void> {
  const redis = await ownRedis({ settings: { appendfsync: fsync } });
  const producer = await spawnProducer(redis.url);
  await spawnWorker(redis.url, { WORKER_LOCK_MS: "2000", WORKER_STALLED_CHECK_MS: "500" });
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  const stop = ledger.keepSubmitting(0, 16);
  tellProgress("F3", () => `fsync ${fsync}, ${ledger.acknowledged.length} acknowledged`);
  for (let kill = 0; kill < kills; kill += 1) {
    const before = ledger.acknowledged.length;
    await until("more jobs", () => ledger.acknowledged.length >= before + 300);
    await redis.signal("SIGKILL");
    await sleep(300);
    await redis.start();
  }
  await stop();
  await ledger.untilDrained(60_000);
  const { lost, failed } = await ledger.audit();
  const acknowledged = ledger.acknowledged.length;
  measure.atLeast(`fsync ${fsync}: acknowledged jobs`, kills * 300, acknowledged);
  measure.exactly(`fsync ${fsync}: lost or failed`, 0, lost.length + failed.length);
  const stored = await countSubmitted(redis.url);
  measure.exactly(`fsync ${fsync}: jobs too many`, 0, stored - acknowledged);
}
