import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";

fault(
  {
    id: "F5",
    name: "Redis with RDB snapshots alone is killed: why we have an append-only file",
    short: { jobs: 50, timeoutMs: 30_000 },
    full: { jobs: 2_000, timeoutMs: 60_000 },
  },
  async ({ jobs }, measure) => {
    // Redis' own defaults.
    const settings = { appendonly: "no", save: "3600 1 300 100 60 10000" };
    const redis = await ownRedis({ settings });
    const producer = await spawnProducer(redis.url);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    await ledger.submitMany(jobs, 0);
    await redis.signal("SIGKILL");
    await redis.start();
    const { lost } = await ledger.audit();
    measure.atLeast(`lost of ${jobs.toLocaleString("en")} acknowledged`, 1, lost.length);
  },
);
