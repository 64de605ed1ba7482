import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { join, resolve } from "node:path";
import { paths } from "../../src/contract/paths.ts";
import { ask } from "../support/ask.ts";
import { untilReady } from "../support/client.ts";
import { reservePort } from "../support/ports.ts";
import { programEnvironment } from "../support/program-environment.ts";
import { startRedis } from "../support/redis.ts";

// Many short rounds: a machine's pace drifts within seconds, and the rounds' submissions all fit
// below MAX_QUEUE_DEPTH.
const rounds = 21;
const clients = 16;
const requestsPerClient = { submissions: 100, reads: 10 } as const;
const warmUps = 3;

/** A producer, and how the trees call what is measured. */
interface Producer {
  readonly url: string;
  stop(): Promise<void>;
}

interface Speed {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

// How fast a producer of this checkout takes submissions and answers reads, in turn with one of
// another checkout with its own packages at the same Redis; a figure is the median of the rounds'
// ratios.
const here = join(import.meta.dirname, "../..");
const [, , , other] = process.argv;
if (other === undefined) {
  process.stderr.write("no checkout to compare with, expected: npm run bench requests FOLDER\n");
  process.exit(2);
}
const redis = await startRedis();
const producers: Producer[] = [];
try {
  for (const tree of [here, resolve(other)]) producers.push(await openProducer(tree));
  await compareProducers(producers);
} finally {
  await Promise.all(producers.map((producer) => producer.stop()));
  await redis.remove();
}

async function compareProducers([mine, others]: readonly Producer[]): Promise<void> {
  if (mine === undefined || others === undefined) throw new Error("there are no two producers");
  const kinds = { submissions: measureSubmissions, reads: measureReads } as const;
  type Kind = keyof typeof kinds;
  const ratios: Record<Kind, Record<keyof Speed, number[]>> = {
    submissions: { perSecond: [], medianMs: [], p99Ms: [] },
    reads: { perSecond: [], medianMs: [], p99Ms: [] },
  };
  // The first ones are slower, of either checkout.
  for (let round = 1; round <= warmUps; round += 1) {
    for (const producer of [mine, others]) await measureSubmissions(producer);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of Object.keys(kinds) as Kind[]) {
      const speeds = new Map<Producer, Speed>();
      for (const producer of round % 2 === 0 ? [mine, others] : [others, mine]) {
        speeds.set(producer, await kinds[kind](producer));
      }
      const [my, their] = [speeds.get(mine), speeds.get(others)];
      if (my === undefined || their === undefined) continue;
      for (const figure of ["perSecond", "medianMs", "p99Ms"] as const) {
        ratios[kind][figure].push(my[figure] / their[figure]);
      }
      process.stderr.write(
        `round ${round} of ${rounds}, ${kind}: ${describe(my)} here, ${describe(their)} there\n`,
      );
    }
  }
  for (const [kind, figures] of Object.entries(ratios)) {
    const said = Object.entries(figures).map(([figure, values]) => {
      const [min, median, max] = summarize(values);
      return `${figure} ${median} (${min} to ${max})`;
    });
    process.stdout.write(`${kind}, here / there: ${said.join(", ")}\n`);
  }
}

async function openProducer(tree: string): Promise<Producer> {
  const port = await reservePort();
  const child: ChildProcess = spawn(process.execPath, ["src/producer/main.ts"], {
    cwd: tree,
    env: {
      ...programEnvironment,
      REDIS_URL: redis.url,
      LISTEN_ADDRESS: "127.0.0.1",
      PUBLIC_PORT: String(port),
      BOARD_PORT: String(await reservePort()),
      PRODUCER_METRICS_PORT: String(await reservePort()),
      BOARD_PASSWORD: "correct horse",
      LOG_LEVEL: "warn",
      RATE_LIMIT_PER_MINUTE: "1000000",
      READ_LIMIT_PER_MINUTE: "1000000",
      // Counted, but never reached.
      MAX_UNFINISHED_PER_CLIENT: "10000",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    const exit = once(child, "exit");
    if (child.kill("SIGTERM")) await exit;
  };
  try {
    await untilReady(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

function measureSubmissions({ url }: Producer): Promise<Speed> {
  const body = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };
  return measureRequests(requestsPerClient.submissions, async (from) => {
    const { status } = await ask(url + paths.api, { ...from, method: "POST" }, body);
    if (status !== 202) throw new Error(`expected 202, got ${status}`);
  });
}

/** Each client reads a job of its own, which waits. */
async function measureReads({ url }: Producer): Promise<Speed> {
  const agent = new Agent();
  const body = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };
  const ids = new Map<string, string>();
  for (let client = 0; client < clients; client += 1) {
    const localAddress = addressOf(client);
    const answer = await ask(url + paths.api, { localAddress, agent, method: "POST" }, body);
    ids.set(localAddress, JSON.parse(answer.body).id);
  }
  return measureRequests(requestsPerClient.reads, async (from) => {
    const { status } = await ask(`${url}${paths.api}/${ids.get(from.localAddress)}`, from);
    if (status !== 200) throw new Error(`expected 200, got ${status}`);
  });
}

interface From {
  readonly localAddress: string;
  readonly agent: Agent;
}

/** Clients with an address and a connection each, which wait for each answer. */
async function measureRequests(
  perClient: number,
  send: (from: From) => Promise<void>,
): Promise<Speed> {
  const durations: number[] = [];
  const startedAt = performance.now();
  const work = Array.from({ length: clients }, async (_, client) => {
    const agent = new Agent({ keepAlive: true });
    for (let sent = 0; sent < perClient; sent += 1) {
      const sentAt = performance.now();
      await send({ localAddress: addressOf(client), agent });
      durations.push(performance.now() - sentAt);
    }
    agent.destroy();
  });
  await Promise.all(work);
  const seconds = (performance.now() - startedAt) / 1_000;
  const sorted = durations.toSorted((one, another) => one - another);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: durations.length / seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}

function addressOf(client: number): string {
  return `127.0.0.${client + 1}`;
}

function describe({ perSecond, medianMs, p99Ms }: Speed): string {
  return `${Math.round(perSecond)}/s, ${medianMs.toFixed(1)} and ${p99Ms.toFixed(1)} ms`;
}

function summarize(values: readonly number[]): readonly string[] {
  const sorted = values.toSorted((one, another) => one - another);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) =>
    (value ?? Number.NaN).toFixed(2),
  );
}
