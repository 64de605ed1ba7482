import { Agent } from "node:http";
import { resolve } from "node:path";
import { paths } from "../../src/contract/paths.ts";
import { ask } from "../support/ask.ts";
import { median, quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { type Service, startProducer, thisCheckout } from "./services.ts";

const clients = 16;
const body = { task: "divide", input: { x: 10, y: 2, delayMs: 0 } };
// A machine's pace drifts within seconds, so that rounds are short and many. All submissions fit
// below MAX_QUEUE_DEPTH, and reads find a deep queue.
const kinds = {
  submissions: { send: submitJobs, perClient: 25, warmUps: 12, rounds: 84 },
  reads: { send: readJobs, perClient: 10, warmUps: 1, rounds: 11 },
} as const;

/** A producer, and its clients' connections. */
interface Producer extends Service {
  readonly agents: readonly Agent[];
}

interface Speed {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

// How fast a producer of this checkout takes submissions and answers reads, in turn with one of
// another checkout with its own packages at the same Redis; a figure is the median of the rounds'
// ratios.
const [, , , other] = process.argv;
if (other === undefined) {
  process.stderr.write("no checkout to compare with, expected: npm run bench requests FOLDER\n");
  process.exit(2);
}
const redis = await startRedis();
const producers: Producer[] = [];
try {
  for (const tree of [thisCheckout, resolve(other)]) producers.push(await openProducer(tree));
  await compareProducers(producers);
} finally {
  await Promise.all(producers.map((producer) => producer.stop()));
  await redis.remove();
}

async function compareProducers([mine, others]: readonly Producer[]): Promise<void> {
  if (mine === undefined || others === undefined) throw new Error("there are no two producers");
  for (const [name, { send, perClient, warmUps, rounds }] of Object.entries(kinds)) {
    const measure = (producer: Producer) => measureRequests(producer, send, perClient);
    for (let round = 1; round <= warmUps; round += 1) {
      for (const producer of [mine, others]) await measure(producer);
    }
    const ratios: Record<keyof Speed, number[]> = { perSecond: [], medianMs: [], p99Ms: [] };
    for (let round = 1; round <= rounds; round += 1) {
      const speeds = new Map<Producer, Speed>();
      for (const producer of round % 2 === 0 ? [mine, others] : [others, mine]) {
        speeds.set(producer, await measure(producer));
      }
      const [my, their] = [speeds.get(mine), speeds.get(others)];
      if (my === undefined || their === undefined) continue;
      for (const figure of ["perSecond", "medianMs", "p99Ms"] as const) {
        ratios[figure].push(my[figure] / their[figure]);
      }
      process.stderr.write(
        `round ${round} of ${rounds}, ${name}: ${describe(my)} here, ${describe(their)} there\n`,
      );
    }
    const said = Object.entries(ratios).map(([figure, values]) => `${figure} ${summarize(values)}`);
    process.stdout.write(`${name}, here / there: ${said.join(", ")}\n`);
  }
}

async function openProducer(tree: string): Promise<Producer> {
  const service = await startProducer(redis.url, tree);
  const agents = Array.from({ length: clients }, () => new Agent({ keepAlive: true }));
  return {
    url: service.url,
    agents,
    async stop() {
      for (const agent of agents) agent.destroy();
      await service.stop();
    },
  };
}

type Send = (producer: Producer, client: number) => Promise<() => Promise<void>>;

/** Returns what submits one job. */
async function submitJobs(producer: Producer, client: number): Promise<() => Promise<void>> {
  return async () => void (await submit(producer, client));
}

/** Returns what reads a job of the client's own, which waits. */
async function readJobs(producer: Producer, client: number): Promise<() => Promise<void>> {
  const { url, agents } = producer;
  const address = `${url}${paths.api}/${await submit(producer, client)}`;
  return async () => {
    const { status } = await ask(address, from(agents, client));
    if (status !== 200) throw new Error(`expected 200, got ${status}`);
  };
}

async function submit({ url, agents }: Producer, client: number): Promise<string> {
  const options = { ...from(agents, client), method: "POST" };
  const answer = await ask(url + paths.api, options, body);
  if (answer.status !== 202) throw new Error(`expected 202, got ${answer.status}`);
  return JSON.parse(answer.body).id;
}

function from(agents: readonly Agent[], client: number) {
  const agent = agents[client];
  if (agent === undefined) throw new Error(`there is no client ${client}`);
  return { localAddress: `127.0.0.${client + 1}`, agent };
}

/** Clients with an address and a connection each, which wait for each answer. */
async function measureRequests(
  producer: Producer,
  prepare: Send,
  perClient: number,
): Promise<Speed> {
  const sends = await Promise.all(producer.agents.map((_, client) => prepare(producer, client)));
  const durations: number[] = [];
  const startedAt = performance.now();
  const work = sends.map(async (send) => {
    for (let sent = 0; sent < perClient; sent += 1) {
      const sentAt = performance.now();
      await send();
      durations.push(performance.now() - sentAt);
    }
  });
  await Promise.all(work);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    perSecond: durations.length / seconds,
    medianMs: median(durations),
    p99Ms: quantile(durations, 0.99),
  };
}

function describe({ perSecond, medianMs, p99Ms }: Speed): string {
  return `${Math.round(perSecond)}/s, ${medianMs.toFixed(1)} and ${p99Ms.toFixed(1)} ms`;
}

/** The median, and between which values the true one lies in 95 of 100 runs (order statistics). */
function summarize(values: readonly number[]): string {
  const sorted = values.toSorted((one, another) => one - another);
  const middle = Math.floor(sorted.length / 2);
  const spread = Math.ceil(0.98 * Math.sqrt(sorted.length));
  const [low, half, high] = [middle - spread, middle, middle + spread].map((index) =>
    (sorted[index] ?? Number.NaN).toFixed(2),
  );
  return `${half} (${low} to ${high})`;
}
