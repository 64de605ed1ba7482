import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { forkSources, isolatedTasks } from "../support/fork.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

fault(
  {
    id: "F15",
    name: "an isolated task ends its process, at each of its attempts",
    short: { poisons: ["exit"], neighbours: 9, timeoutMs: 60_000 },
    full: {
      poisons: ["exit", "signal", "throw", "exit", "signal", "throw"],
      neighbours: 400,
      timeoutMs: 120_000,
    },
  },
  async ({ poisons, neighbours }, measure) => {
    const redis = await ownRedis();
    const sources = forkSources(isolatedTasks);
    const producer = await spawnProducer(redis.url, {}, sources);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    const worker = await spawnWorker(redis.url, {}, sources);
    const jobs = poisons.length + neighbours;
    tellProgress("F15", () => `${ledger.ended} of ${jobs} jobs seen to end`);

    for (const by of poisons) await ledger.submit("poison", { by });
    await ledger.submitMany(neighbours, 500);
    await ledger.untilDrained(90_000);
    const { succeeded, failed, starts, duplicates } = await ledger.audit();
    const crashed = failed.filter((reason) => reason.startsWith("crashed: "));
    measure.exactly("poisoned jobs that fail as crashed", poisons.length, crashed.length);
    measure.exactly("their attempts, four each", 4 * poisons.length, starts - neighbours);
    measure.exactly("neighbours that succeed", neighbours, succeeded);
    measure.exactly("jobs begun twice", 0, duplicates);
    measure.exactly("workers that end", 0, worker.child.exitCode === null ? 0 : 1);
  },
);
