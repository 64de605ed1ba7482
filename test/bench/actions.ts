import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { BulkAction } from "../../src/contract/actions.ts";
import { consolePaths, paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { ask } from "../support/ask.ts";
import { addFailedJobs } from "../support/failed-jobs.ts";
import { median, quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startProducer } from "./services.ts";

const jobs = 5_000;
const rounds = 3;
const clients = 4;
const aloneMs = 4_000;
/** What is done to all jobs, in this order, and the state in which it finds them. */
const steps = { retry: "failed", cancel: "waiting", delete: "failed" } as const;
type Name = keyof typeof steps;
type Load = "alone" | "beside";
/** Until all jobs are listed, or dealt with. */
const mostMs = 300_000;

// How long an operator's actions on 5,000 jobs take, at a Redis that syncs each write, and what they
// cost those who submit, one job after the other. A figure is a median of rounds.
const redis = await startRedis();
const connection = openRedis({ url: redis.url, password: undefined }, "background");
const queue = createQueue(connection);
const producer = await startProducer(redis.url);
const headers = { authorization: producer.authorization, accept: "application/json" };
let address = 0;

try {
  const seconds: Record<Name, Record<Load, number[]>> = {
    retry: { alone: [], beside: [] },
    cancel: { alone: [], beside: [] },
    delete: { alone: [], beside: [] },
  };
  const p99: Record<Load, number[]> = { alone: [], beside: [] };
  for (let round = 1; round <= rounds; round += 1) {
    p99.alone.push(quantile(await submitWhile(sleep(aloneMs)), 0.99));
    for (const load of ["alone", "beside"] as const) {
      await queue.obliterate({ force: true });
      await addFailedJobs(queue, connection, jobs);
      const waits: number[] = [];
      for (const [name, state] of Object.entries(steps) as [Name, string][]) {
        await untilListed(state);
        // Divisions that wait are those that are submitted meanwhile, too.
        const run = act(name, `state=${state}&task=quotient`);
        if (load === "beside") waits.push(...(await submitWhile(run)));
        seconds[name][load].push(await run);
        process.stderr.write(`round ${round} of ${rounds}, ${load}: ${name} ${await run} s\n`);
      }
      if (load === "beside") p99.beside.push(quantile(waits, 0.99));
    }
  }
  for (const [name, { alone, beside }] of Object.entries(seconds)) {
    process.stdout.write(
      `${name} ${jobs} jobs: ${median(alone)} s alone, ${median(beside)} s beside submissions\n`,
    );
  }
  process.stdout.write(
    `a submission's p99: ${median(p99.alone).toFixed(1)} ms alone, ${median(p99.beside).toFixed(1)} ms beside actions\n`,
  );
} finally {
  await producer.stop();
  connection.disconnect();
  await redis.remove();
}

async function askConsole<T>(path: string, order?: object): Promise<T> {
  const response = await fetch(producer.boardUrl + path, {
    headers: { ...headers, "content-type": "application/json" },
    ...(order !== undefined && { method: "POST", body: JSON.stringify(order) }),
  });
  if (!response.ok) throw new Error(`expected success, got ${await response.text()}`);
  return (await response.json()) as T;
}

async function untilListed(state: string): Promise<void> {
  const isListed = async () => {
    const { counts } = await askConsole<{ counts: Record<string, number> }>(
      `${consolePaths.jobs}?task=quotient&limit=1`,
    );
    return counts[state] === jobs;
  };
  await until(`${jobs} jobs that are ${state}`, isListed, mostMs, 100);
}

/** Seconds from the order until all jobs are dealt with; each of them must be. */
async function act(action: BulkAction, filter: string): Promise<number> {
  const startedAt = performance.now();
  const { actions } = consolePaths.api;
  const { id } = await askConsole<{ id: string }>(actions, { action, filter });
  const readEnd = async () => {
    const run = await askConsole<{ state: string; done: number }>(`${actions}/${id}`);
    return run.state !== "running" && run.done;
  };
  const done = await until(`the end of "${action}"`, readEnd, mostMs, 100);
  if (done !== jobs) throw new Error(`expected ${jobs} jobs, ${action} has dealt with ${done}`);
  return Number(((performance.now() - startedAt) / 1_000).toFixed(1));
}

/** In ms, of each submission that clients send until the work is over. */
async function submitWhile(work: Promise<unknown>): Promise<number[]> {
  const over = new AbortController();
  const working = work.finally(() => over.abort());
  const submit = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    address += 1;
    const options = { agent, localAddress: `127.0.1.${address + 1}`, method: "POST" };
    const durations: number[] = [];
    while (!over.signal.aborted) {
      const sentAt = performance.now();
      const body = { task: "divide", input: { x: 10, y: 2 } };
      const { status } = await ask(producer.url + paths.api, options, body);
      if (status !== 202) throw new Error(`expected 202, got ${status}`);
      durations.push(performance.now() - sentAt);
    }
    agent.destroy();
    return durations;
  };
  const [durations] = await Promise.all([
    Promise.all(Array.from({ length: clients }, submit)),
    working,
  ]);
  return durations.flat();
}
