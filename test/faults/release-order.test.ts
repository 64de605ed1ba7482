import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readJob } from "../support/client.ts";
import { forkSources } from "../support/fork.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";

const secondTasks = new URL("../support/second-tasks/", import.meta.url);

fault<{ readonly jobs: number }>(
  {
    id: "F23",
    name: "producer and worker are of different releases",
    short: { jobs: 3, timeoutMs: 120_000 },
    full: { jobs: 100, timeoutMs: 180_000 },
  },
  async ({ jobs }, measure) => {
    const redis = await ownRedis();
    const [without, current, stricter] = [
      forkSources(),
      forkSources(secondTasks),
      forkSources(createStricterTasks()),
    ];
    const producer = await spawnProducer(redis.url, {}, current);
    const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
    tellProgress("F23", () => `${ledger.ended} jobs seen to end`);
    const submit = () =>
      Promise.all(Array.from({ length: jobs }, () => ledger.submit("repeat", { text: "hello" })));
    const untilPutOff = (ids: readonly string[]) =>
      until("the jobs to be put off", async () => {
        const read = await Promise.all(ids.map((id) => readJob(producer.url, id)));
        return read.every(({ waiting }) => waiting?.reason === "unknown_to_workers");
      });

    for (const [called, other] of [
      ["the worker does not have the task yet", without],
      ["the worker was rolled back to a release without the task", without],
      ["the worker has a stricter schema and is rolled back", stricter],
    ] as const) {
      const wrong = await spawnWorker(redis.url, {}, other);
      await untilPutOff(await submit());
      const startedAt = performance.now();
      const right = await spawnWorker(redis.url, {}, current);
      await wrong.stop("SIGTERM");
      await ledger.untilDrained(60_000);
      const seconds = (performance.now() - startedAt) / 1_000;
      measure.atMost(`${called}: jobs ended after the release`, 20, seconds, "s");
      await right.stop("SIGTERM");
    }
    const { succeeded, attempts, duplicates } = await ledger.audit();
    measure.exactly("succeeded", 3 * jobs, succeeded);
    measure.exactly("attempts that this took", 3 * jobs, attempts);
    measure.exactly("begun twice", 0, duplicates);
  },
);

/** The second task once more, with a schema that refuses what its own takes. */
function createStricterTasks(): URL {
  const folder = createTemporaryFolder();
  const source = readFileSync(new URL("repeat.ts", secondTasks), "utf8");
  writeFileSync(join(folder, "repeat.ts"), source.replace("max(200)", "max(2)"));
  return pathToFileURL(`${folder}/`);
}
