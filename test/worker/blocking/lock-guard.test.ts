import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createQueue } from "../../../src/queue/queue.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { forkSources, isolatedTasks } from "../../support/fork.ts";
import { spawnWorker } from "../../support/processes.ts";
import { ownRedis } from "../../support/redis.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/until.ts";

/** The blocking task without its isolation, which may take a second. */
function createWedgingTask(): URL {
  const folder = createTemporaryFolder();
  const source = readFileSync(new URL("block.ts", isolatedTasks), "utf8");
  const inline = source.replace("isolated: true,", "").replace("6_000", "1_000");
  writeFileSync(join(folder, "wedge.ts"), inline);
  return pathToFileURL(`${folder}/`);
}

test(
  "leaves the jobs of a worker to others that is blocked past its task's limit",
  { timeout: 60_000 },
  async () => {
    const redis = await ownRedis();
    const sources = forkSources(createWedgingTask());
    const env = { WORKER_LOCK_MS: "4000", WORKER_STALLED_CHECK_MS: "500" };
    const workers = [
      await spawnWorker(redis.url, env, sources),
      await spawnWorker(redis.url, env, sources),
    ];
    const connection = openRedis({ url: redis.url, password: undefined }, "background");
    onTestFinished(() => connection.disconnect());
    const file = join(createTemporaryFolder(), "starts");
    await createQueue(connection).add("wedge", { file, ms: 600_000 });
    const starts = () => readFileSync(file, "utf8").trim().split("\n");
    const pids = await until("a second start", () => starts().length === 2 && starts());
    expect(new Set(pids.map(Number))).toEqual(new Set(workers.map(({ child }) => child.pid)));
    const told = /blocked past the time limit: its jobs are left to others/;
    await until("the log", () => workers.some(({ output }) => told.test(output())));
  },
);
