import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { postJson, readBody, untilReady } from "../support/client.ts";
import { type ServiceProcess, spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis, type TestRedis } from "../support/redis.ts";
import { findObstacle } from "../support/requirements.ts";
import { until } from "../support/until.ts";
import { fault, type Measure } from "./fault.ts";
import { openLedger } from "./ledger.ts";
import { tellProgress } from "./progress.ts";
import { openSmallDisk } from "./small-disk.ts";

type Fsync = "always" | "everysec";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };

interface Size {
  readonly fullSeconds: number;
  /** How jobs are found whose end Redis never heard of; `{}` is what is shipped. */
  readonly recovery: Record<string, string>;
}

const quickRecovery = { WORKER_LOCK_MS: "3000", WORKER_STALLED_CHECK_MS: "1000" };

fault<Size>(
  {
    id: "F11",
    name: "the disk of Redis is full",
    obstacle: findObstacle("mount a small disk", {
      commands: ["nsenter", "unshare"],
      namespaces: true,
    }),
    short: { fullSeconds: 3, recovery: quickRecovery, timeoutMs: 60_000 },
    full: { fullSeconds: 15, recovery: {}, timeoutMs: 120_000 },
  },
  async (size, measure) => {
    const judged: Fsync[] = [];
    tellProgress(
      "F11",
      () => `two disks are full for ${size.fullSeconds} s, judged: ${judged.join()}`,
    );
    await Promise.all(
      (["everysec", "always"] as const).map(async (fsync) => {
        await fillDisk(fsync, size, measure);
        judged.push(fsync);
      }),
    );
  },
);

async function fillDisk(
  fsync: Fsync,
  { fullSeconds, recovery }: Size,
  measure: Measure,
): Promise<void> {
  const disk = await openSmallDisk(12);
  const redis = await ownRedis({
    settings: { appendfsync: fsync, dir: disk.folder },
    through: disk.enter,
  });
  keepRunning(redis);
  const producer = await spawnProducer(redis.url);
  const worker = await spawnWorker(redis.url, recovery);
  const ledger = openLedger({ url: producer.url, redisUrl: redis.url });
  // So that the worker has ends of jobs to report.
  await ledger.submitMany(40, 500);
  disk.fill();
  const answers = new Set<string>();
  const submit = async () => {
    const response = await postJson(`${producer.url}/api/v1/jobs`, division);
    answers.add(response.status === 202 ? "202" : (await readBody(response)).kind);
    return response;
  };
  await until("a refusal", async () => (await submit()).status === 503);
  await until(
    "the producer to say so",
    async () => (await fetch(`${producer.url}/readyz`)).status === 503,
  );

  const linesBefore = countLines(producer, worker);
  const fullAt = performance.now();
  await sleep(fullSeconds * 1_000);
  const lines = countLines(producer, worker) - linesBefore;
  const elapsed = (performance.now() - fullAt) / 1_000;
  measure.atMost(`fsync ${fsync}: lines that producer and worker log`, 10, lines / elapsed, "/s");
  // With an fsync per write Redis rather ends than answer what it cannot keep.
  const expected = fsync === "everysec" ? "storage_full" : "not_ready";
  await until(`503 ${expected}`, async () => {
    await submit();
    return answers.has(expected);
  });

  disk.free();
  const freeAt = performance.now();
  await until("a 202", async () => (await submit()).status === 202);
  measure.atMost(
    `fsync ${fsync}: first 202 with room again`,
    3,
    (performance.now() - freeAt) / 1_000,
    "s",
  );
  await ledger.untilDrained(45_000);
  const { lost, failed } = await ledger.audit();
  measure.exactly(`fsync ${fsync}: lost or failed`, 0, lost.length + failed.length);
  await untilReady(producer.url);
}

/** Does what systemd does on the Redis host: starts it again a second after it has ended. */
function keepRunning(redis: TestRedis): void {
  const stopped = new AbortController();
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await sleep(1_000, undefined, { signal: stopped.signal });
      if (!redis.running) await redis.start().catch(() => undefined);
    }
  };
  const ended = loop().catch(() => undefined);
  onTestFinished(async () => {
    stopped.abort();
    await ended;
  });
}

function countLines(...services: readonly ServiceProcess[]): number {
  return services.reduce((sum, service) => sum + service.output().split("\n").length - 1, 0);
}
