import { Agent } from "node:http";
import type { Queue } from "bullmq";
import { paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ask } from "../support/ask.ts";
import { median, quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { startProducer } from "./services.ts";

const rows = 1_000;
const batches = { perRound: 2, warmUps: 2, rounds: 15 } as const;
const single = { clients: 4, forMs: 4_000, rounds: 5 } as const;
const input = { x: 10, y: 2, delayMs: 0 };
const body = `${JSON.stringify({ task: "divide", input })}\n`.repeat(rows);

/** As the services have it, without what they add to a job; each bulk follows the answer to the one before. */
const variants = {
  bare: () => addBulks(),
  batch: () => sendBatches(() => ({})),
  "batch with a key": () => sendBatches(() => ({ "idempotency-key": createRandomId() })),
} as const;
type Variant = keyof typeof variants;

// How fast one connection's batches are taken, in turn with BullMQ's own addBulk at the same Redis, which
// syncs each write; and what they cost others, who submit singly. A figure is a median of rounds.
const redis = await startRedis();
const connection = openRedis({ url: redis.url, password: undefined }, "background");
const queue: Queue = createQueue(connection);
const producer = await startProducer(redis.url);
let address = 0;
try {
  await compareSpeed();
  await compareWaits();
} finally {
  await producer.stop();
  connection.disconnect();
  await redis.remove();
}

async function compareSpeed(): Promise<void> {
  const names = Object.keys(variants) as Variant[];
  const speeds: Record<Variant, number[]> = { bare: [], batch: [], "batch with a key": [] };
  for (let round = -batches.warmUps; round < batches.rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      await queue.drain();
      const startedAt = performance.now();
      await variants[name]();
      const perSecond = (1_000 * rows * batches.perRound) / (performance.now() - startedAt);
      if (round >= 0) speeds[name].push(perSecond);
    }
    const told = names
      .map((name) => `${name} ${Math.round(speeds[name].at(-1) ?? 0)}/s`)
      .join(", ");
    process.stderr.write(`round ${round + 1} of ${batches.rounds}: ${told}\n`);
  }
  for (const name of names) {
    const ratios = speeds[name].map((speed, round) => speed / (speeds.bare[round] ?? Number.NaN));
    process.stdout.write(
      `${name}: ${Math.round(median(speeds[name]))} jobs/s, ${median(ratios).toFixed(2)} of addBulk\n`,
    );
  }
}

async function addBulks(): Promise<void> {
  for (let sent = 0; sent < batches.perRound; sent += 1) {
    await queue.addBulk(
      Array.from({ length: rows }, () => ({
        name: "divide",
        data: input,
        opts: { jobId: createRandomId() },
      })),
    );
  }
}

async function sendBatches(keyOf: () => Record<string, string>): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const localAddress = nextAddress();
  for (let sent = 0; sent < batches.perRound; sent += 1) {
    await sendBatch({ agent, localAddress }, keyOf());
  }
  agent.destroy();
}

async function sendBatch(
  from: { readonly agent: Agent; readonly localAddress: string },
  key: Record<string, string>,
): Promise<void> {
  const headers = { "content-type": "application/x-ndjson", ...key };
  const answer = await ask(producer.url + paths.batch, { ...from, method: "POST", headers }, body);
  const { queued } = JSON.parse(answer.body);
  if (queued !== rows)
    throw new Error(`expected ${rows} jobs, got ${queued}: ${answer.body.slice(0, 500)}`);
}

/** Single submissions, without batches and beside those of one connection, one after the other. */
async function compareWaits(): Promise<void> {
  const waits: Record<"alone" | "beside", number[]> = { alone: [], beside: [] };
  for (let round = 0; round < single.rounds; round += 1) {
    for (const name of ["alone", "beside"] as const) {
      await queue.drain();
      const over = performance.now() + single.forMs;
      const work = Array.from({ length: single.clients }, () => submitUntil(over));
      if (name === "beside") {
        while (performance.now() < over) await sendBatches(() => ({}));
      }
      const p99 = quantile((await Promise.all(work)).flat(), 0.99);
      waits[name].push(p99);
      process.stderr.write(
        `round ${round + 1} of ${single.rounds}, ${name}: ${p99.toFixed(1)} ms\n`,
      );
    }
  }
  process.stdout.write(
    `a single submission's p99: ${median(waits.alone).toFixed(1)} ms alone, ` +
      `${median(waits.beside).toFixed(1)} ms beside batches\n`,
  );
}

async function submitUntil(over: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const durations: number[] = [];
  let localAddress = nextAddress();
  while (performance.now() < over) {
    if (durations.length % 5_000 === 4_999) localAddress = nextAddress();
    const sentAt = performance.now();
    const options = { agent, localAddress, method: "POST" };
    const { status } = await ask(producer.url + paths.api, options, { task: "divide", input });
    if (status !== 202) throw new Error(`expected 202, got ${status}`);
    durations.push(performance.now() - sentAt);
  }
  agent.destroy();
  return durations;
}

/** A client of its own, of whose unfinished jobs there are none yet. */
function nextAddress(): string {
  address += 1;
  return `127.0.${Math.floor(address / 250)}.${(address % 250) + 2}`;
}
