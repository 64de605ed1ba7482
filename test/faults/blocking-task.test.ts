import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { untilFinal } from "../support/client.ts";
import { forkSources, isolatedTasks } from "../support/fork.ts";
import { spawnProducer, spawnWorker, type WorkerProcess } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

interface Block {
  readonly called: string;
  readonly task: string;
  readonly lockMs: number;
  readonly blockMs: number;
  /** One after the other: each begins when the one before has ended. */
  readonly blocks: number;
}

const inline = { called: "in the worker for half its lock", task: "block-inline" };
const twice = { called: "in the worker for twice its lock", task: "block-inline" };
const isolated = { called: "isolated, for longer than its lock", task: "block" };

fault<{ readonly runs: readonly Block[] }>(
  {
    id: "F16",
    name: "a task blocks the event loop beside others",
    short: {
      runs: [{ ...twice, lockMs: 6_000, blockMs: 12_000, blocks: 1 }],
      timeoutMs: 60_000,
    },
    full: {
      runs: [
        { ...inline, lockMs: 6_000, blockMs: 3_000, blocks: 5 },
        { ...twice, lockMs: 3_000, blockMs: 6_000, blocks: 5 },
        { ...isolated, lockMs: 2_000, blockMs: 3_000, blocks: 5 },
      ],
      timeoutMs: 120_000,
    },
  },
  async ({ runs }, measure) => {
    for (const { called, task, lockMs, blockMs, blocks } of runs) {
      const redis = await ownRedis();
      const sources = forkSources(isolatedTasks, createInlineTasks());
      const producer = await spawnProducer(redis.url, {}, sources);
      const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
      const env = { WORKER_LOCK_MS: String(lockMs), WORKER_STALLED_CHECK_MS: "500" };
      // The second one looks for jobs whose lock has run out while the first one is blocked.
      const workers = [
        await spawnWorker(redis.url, env, sources),
        await spawnWorker(redis.url, env, sources),
      ];
      const file = join(createTemporaryFolder(), "starts");
      tellProgress("F16", () => `${called}: ${ledger.ended} jobs seen to end`);

      await ledger.submitMany(4, blockMs * blocks);
      for (let block = 0; block < blocks; block += 1) {
        const id = await ledger.submit(task, { file, ms: blockMs });
        await untilFinal(producer.url, id, blockMs + 15_000);
      }
      await ledger.untilDrained(60_000);
      const { succeeded, duplicates, stalls } = await ledger.audit();
      const starts = readFileSync(file, "utf8").split("\n").length - 1;
      measure.exactly(`${called}: blocks begun`, blocks, starts);
      measure.exactly(`${called}: succeeded, with neighbours`, blocks + 4, succeeded);
      measure.exactly(`${called}: stalled or begun twice`, 0, stalls + duplicates);
      const blocked = (
        await Promise.all(workers.map((worker) => blockedSeconds(worker, task)))
      ).reduce((sum, seconds) => sum + seconds);
      if (task === "block") measure.exactly(`${called}: counted as blocked`, 0, blocked);
      else
        measure.atLeast(
          `${called}: counted as blocked by it`,
          0.5 * blocks * (blockMs / 1_000),
          blocked,
          "s",
        );
    }
  },
);

/** What a worker counts of the task's blocks. */
async function blockedSeconds({ metricsUrl }: WorkerProcess, task: string): Promise<number> {
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const series = `taskqueue_task_blocked_seconds_total{queue="default",task="${task}"} `;
  const line = scrape.split("\n").find((text) => text.startsWith(series));
  return Number(line?.slice(series.length));
}

/** The blocking task once more, without its isolation, in a folder of its own. */
function createInlineTasks(): URL {
  const folder = createTemporaryFolder();
  const source = readFileSync(new URL("block.ts", isolatedTasks), "utf8");
  writeFileSync(
    join(folder, "block-inline.ts"),
    source.replace("isolated: true,", "").replace("6_000", "20_000"),
  );
  return pathToFileURL(`${folder}/`);
}
