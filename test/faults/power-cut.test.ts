import { execFile } from "node:child_process";
import { appendFile, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { createAppendFileCheck } from "../../infra/boot/append-file.ts";
import { spawnProducer } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { findObstacle } from "../support/requirements.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";
import { loseUnsynced, recordSyncs } from "./synced-file.ts";

const exec = promisify(execFile);

type Fsync = "always" | "everysec";

fault<{ readonly cuts: number }>(
  {
    id: "F4",
    name: "the Redis host loses its power under writers",
    obstacle: findObstacle("record syncs", { commands: ["strace"], namespaces: false }),
    short: { cuts: 1, timeoutMs: 60_000 },
    full: { cuts: 4, timeoutMs: 180_000 },
  },
  async ({ cuts }, measure) => {
    for (const fsync of ["always", "everysec"] as const) {
      // Anywhere within the second between two syncs.
      const moments = Array.from({ length: cuts }, (_, cut) => (1_000 * (cut + 0.5)) / cuts);
      const outcomes: Outcome[] = [];
      tellProgress("F4", () => `fsync ${fsync}, ${outcomes.length} of ${cuts} cuts`);
      for (const afterMs of moments) outcomes.push(await cutPower(fsync, afterMs));
      judge(fsync, outcomes, measure);
    }
  },
);

interface Outcome {
  readonly acknowledged: number;
  readonly bytesLost: number;
  /** At the end of the file: how many were put there, and by how much the file is shorter since. */
  readonly zeros: { readonly added: number; readonly cut: number };
  /** Of each job that was acknowledged and lost, its age in seconds at the cut. */
  readonly ages: readonly number[];
}

async function cutPower(fsync: Fsync, afterMs: number): Promise<Outcome> {
  const trace = join(createTemporaryFolder(), "trace");
  const redis = await ownRedis({ settings: { appendfsync: fsync }, through: recordSyncs(trace) });
  const producer = await spawnProducer(redis.url);
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  const writers = startWriters(ledger);
  await until("100 jobs to be taken", () => writers.acknowledgedAt.size > 100);
  await sleep(afterMs);
  await redis.signal("SIGKILL");
  const cutAt = performance.now();
  const acknowledged = writers.acknowledgedAt.size;
  const file = join(redis.folder, "appendonlydir/appendonly.aof.1.incr.aof");
  const bytesLost = await loseUnsynced(file, trace);
  // The file may have grown before its data was on the disk: zeros are in its place then.
  const added = bytesLost + 512;
  await appendFile(file, Buffer.alloc(added));
  const { size: sizeBefore } = await stat(file);
  const program = join(createTemporaryFolder(), "program");
  await writeFile(program, createAppendFileCheck(redis.folder).content, { mode: 0o755 });
  await exec(program);
  const { size: sizeAfter } = await stat(file);
  await redis.start();
  await writers.stop();
  const { lost } = await ledger.audit();
  const ages = lost.map((id) => (cutAt - (writers.acknowledgedAt.get(id) ?? Number.NaN)) / 1_000);
  return { acknowledged, bytesLost, zeros: { added, cut: sizeBefore - sizeAfter }, ages };
}

function judge(fsync: Fsync, outcomes: readonly Outcome[], measure: Measure): void {
  const acknowledged = outcomes.reduce((sum, outcome) => sum + outcome.acknowledged, 0);
  const lost = outcomes.reduce((sum, { ages }) => sum + ages.length, 0);
  const jobs = `${acknowledged.toLocaleString("en")} acknowledged`;
  const label = `fsync ${fsync}, ${outcomes.length} cuts`;
  const zeros = outcomes.reduce((sum, outcome) => sum + outcome.zeros.added, 0);
  const cut = outcomes.reduce((sum, outcome) => sum + outcome.zeros.cut, 0);
  measure.exactly(`${label}: zeros cut off the end of the file`, zeros, cut);
  if (fsync === "always") {
    measure.exactly(`${label}: lost of ${jobs}`, 0, lost);
  } else {
    const bytes = outcomes.reduce((sum, outcome) => sum + outcome.bytesLost, 0);
    expect(bytes, "no cut threw anything away").toBeGreaterThan(0);
    const oldest = Math.max(0, ...outcomes.flatMap(({ ages }) => ages));
    const of = `${lost.toLocaleString("en")} lost of ${jobs}`;
    measure.atMost(`${label}: age of the oldest of ${of}`, 1, oldest, "s");
  }
}

/** Writers who note when each job was acknowledged. */
function startWriters(ledger: Ledger) {
  const stopped = new AbortController();
  const acknowledgedAt = new Map<string, number>();
  const clients = Array.from({ length: 16 }, async () => {
    while (!stopped.signal.aborted) {
      const id = await ledger.submit("quotient", { x: 1, y: 1, delayMs: 0 });
      acknowledgedAt.set(id, performance.now());
    }
  });
  return {
    acknowledgedAt: acknowledgedAt as ReadonlyMap<string, number>,
    async stop() {
      stopped.abort();
      await Promise.all(clients);
    },
  };
}
