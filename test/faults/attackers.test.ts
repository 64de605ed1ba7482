import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { expect, onTestFinished } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { untilReady } from "../support/client.ts";
import { heapOfMicro } from "../support/heap-of-micro.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { spawnProducer } from "../support/processes.ts";
import { programEnvironment } from "../support/program-environment.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { type Answer, ask } from "../support/ask.ts";
import { addMany } from "./bulk.ts";
import { fault } from "./fault.ts";
import { tellProgress } from "./progress.ts";

const regulars = Array.from({ length: 10 }, (_, index) => `127.0.0.${10 + index}`);
const newcomer = "127.0.0.30";
/** So many that to look through all of them for a place would keep Redis from everybody. */
const waiting = 12_000;
/** How attacks end that are made as they should be. */
const wanted = [
  "ask 990 times at once: cut",
  "read a waiting job: 200",
  "hold connections: cut",
  "submit a minute of work: 202",
  "ask for a trace of long texts: 404",
];
/** What the attackers say once each attack had an outcome. */
const underWay = "under way\n";
/** Jobs of a client that a producer may take before it has counted them. */
const ahead = 8;
/** As they are unless somebody sets them. */
const publicLimits = {
  RATE_LIMIT_PER_MINUTE: "600",
  READ_LIMIT_PER_MINUTE: "3000",
  MAX_UNFINISHED_PER_CLIENT: "100",
};

fault<{ readonly seconds: number; readonly p99Ms: number }>(
  {
    id: "F25",
    name: "twenty addresses attack in five ways at once",
    short: { seconds: 4, p99Ms: 2_000, timeoutMs: 180_000 },
    full: { seconds: 45, p99Ms: 250, timeoutMs: 300_000 },
  },
  async ({ seconds, p99Ms }, measure) => {
    const redis = await ownRedis();
    const client = openRedis({ url: redis.url, password: undefined }, "background");
    onTestFinished(() => client.disconnect());
    const receiver = await startOtlpReceiver();
    const producer = await spawnProducer(redis.url, {
      ...publicLimits,
      MAX_QUEUE_DEPTH: String(2 * waiting),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      NODE_OPTIONS: heapOfMicro,
    });
    await untilReady(producer.url);
    await addMany(createQueue(client), client, waiting);

    const clients = openHonest(producer.url);
    const calm = await serve(clients, client, seconds);
    const stop = await startAttack(producer.url);
    tellProgress("F25", () => "the attack goes on");
    const attacked = await serve(clients, client, seconds);
    const outcomes = await stop();
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(wanted));
    const taken = outcomes["submit a minute of work: 202"] ?? Number.NaN;
    measure.atMost("jobs that four attackers could submit", 4 * (100 + ahead), taken);
    const { refused, regularMs, newcomerMs } = attacked;
    measure.exactly("submissions of others refused or broken", 0, refused);
    measure.atMost(
      "submissions of others, 99th percentile",
      p99Ms,
      percentile(regularMs, 99),
      "ms",
    );
    measure.atMost("others on new connections, slowest", 3, Math.max(...newcomerMs) / 1_000, "s");
    const spans = receiver.spans.length / (2 * seconds);
    measure.atMost("spans a second", 500, spans, "/s");
    const share = attacked.redisShare - calm.redisShare;
    measure.atMost("% of a core that the attack takes in Redis", 20, share * 100);
    const peak = await readPeakBytes(producer.child.pid);
    measure.atMost("memory of the producer, peak", 300, peak / 1e6, "MB");
  },
);

/** One submission, on a connection that is there or on a new one. */
type Submit = () => Promise<Answer>;
interface Honest {
  readonly regulars: readonly Submit[];
  readonly newcomer: Submit;
}

function openHonest(url: string): Honest {
  const body = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } };
  const open = (localAddress: string, keepAlive: boolean): Submit => {
    const agent = new Agent({ keepAlive });
    onTestFinished(() => agent.destroy());
    return () => ask(url + paths.api, { localAddress, agent, method: "POST" }, body);
  };
  return {
    regulars: regulars.map((address) => open(address, true)),
    newcomer: open(newcomer, false),
  };
}

interface Service {
  readonly refused: number;
  readonly regularMs: readonly number[];
  readonly newcomerMs: readonly number[];
  /** Of a core's time, that Redis took. */
  readonly redisShare: number;
}

/** Each of the clients submits once a second. */
async function serve(honest: Honest, redis: Redis, seconds: number): Promise<Service> {
  let refused = 0;
  const repeat = async (submit: Submit, afterMs: number) => {
    const durations: number[] = [];
    await sleep(afterMs);
    for (let second = 0; second < seconds; second += 1) {
      const startedAt = performance.now();
      const send = async () => {
        const answer = await submit().catch(() => undefined);
        if (answer?.status !== 202) refused += 1;
        durations.push(performance.now() - startedAt);
      };
      await Promise.all([send(), sleep(1_000)]);
    }
    return durations;
  };
  const cpuBefore = await readCpuSeconds(redis);
  const startedAt = performance.now();
  const [newcomerMs, ...regularMs] = await Promise.all([
    repeat(honest.newcomer, 0),
    ...honest.regulars.map((submit, index) => repeat(submit, index * 100)),
  ]);
  const took = (performance.now() - startedAt) / 1_000;
  const redisShare = ((await readCpuSeconds(redis)) - cpuBefore) / took;
  return { refused, regularMs: regularMs.flat(), newcomerMs, redisShare };
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
}

/**
 * Attackers in a process of their own, of which each has tried; returns a function that stops them
 * and resolves with what they met.
 */
async function startAttack(url: string): Promise<() => Promise<Record<string, number>>> {
  const script = new URL("./attackers-main.ts", import.meta.url).pathname;
  const args = [script, "--url", url, "--addresses", "4"];
  const child = spawn(process.execPath, args, {
    env: programEnvironment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => (output += data));
  const ended = once(child.stdout, "end");
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`the attackers have exited with ${code}`);
  });
  const begun = until("an attempt of each attack", () => output.startsWith(underWay), 90_000);
  await Promise.race([begun, failed]);
  return async () => {
    child.kill("SIGTERM");
    await ended;
    return JSON.parse(output.slice(underWay.length));
  };
}

async function readCpuSeconds(client: Redis): Promise<number> {
  const cpu = await client.info("cpu");
  return ["used_cpu_sys", "used_cpu_user"]
    .map((name) => Number(new RegExp(`^${name}:(\\S+)`, "m").exec(cpu)?.[1]))
    .reduce((sum, value) => sum + value, 0);
}

async function readPeakBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024;
}
