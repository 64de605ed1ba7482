import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { boardPaths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { boardAuthorization } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { readBoardRoutes } from "./board-routes.ts";
import { followEnds } from "./end-events.ts";
import { type Experience, lookAround, submitAndFollow } from "./honest-visitor.ts";
import { createDeeds, type Deed, pathOf } from "./mischief.ts";

/** Beside other tests processors may be too busy to answer in time. */
const maxUnavailable = process.env["MISCHIEF_SECONDS"] === undefined ? Number.POSITIVE_INFINITY : 0;
const seconds = Number(process.env["MISCHIEF_SECONDS"] ?? 20);
const seed = Number(process.env["MISCHIEF_SEED"] ?? randomInt(2 ** 31));
const deedsInARow = 500;
const slots = 10;
/** Half of what the services wait for a command. */
const slowMicroseconds = 1_000_000;
const maxResidentBytes = 500e6;

test(
  `whatever an operator does in Bull Board, no page fails and nobody is told a lie (seed ${seed})`,
  { timeout: seconds * 1_000 + 180_000 },
  async () => {
    const redis = await ownRedis();
    const quiet = { LOG_LEVEL: "warn" };
    const producer = await spawnProducer(redis.url, { ...quiet, BOARD_READ_ONLY: "false" });
    const locks = {
      WORKER_LOCK_MS: "2000",
      WORKER_STALLED_CHECK_MS: "500",
      WORKER_CONCURRENCY: String(slots),
    };
    const worker = await spawnWorker(redis.url, { ...quiet, ...locks });
    const connect = () => {
      const client = openRedis({ url: redis.url, password: undefined }, "background");
      onTestFinished(() => client.disconnect());
      return client;
    };
    const client = connect();
    await client.config("SET", "slowlog-log-slower-than", slowMicroseconds);
    const queue = createQueue(client);
    const ends = followEnds(connect(), queue.toKey("events"));

    const seen: Experience = {
      outcomes: new Map(),
      faults: [],
      ids: [],
      unavailable: 0,
      submitted: 0,
    };
    const answers = new Map<string, number>();
    const end = performance.now() + seconds * 1_000;
    const keep = async (act: () => Promise<unknown>) => {
      while (performance.now() < end) await act();
    };
    const routes = readBoardRoutes();
    let row = 0;
    const doMischief = async () => {
      for (const deed of createDeeds(routes, seed + row++, deedsInARow)) {
        if (performance.now() >= end) return;
        const path = pathOf(deed, seen.ids);
        const status = await commit(`${producer.boardUrl}${boardPaths.root}${path}`, deed);
        const line = `${deed.route.method} ${deed.route.path} ${status}`;
        answers.set(line, (answers.get(line) ?? 0) + 1);
      }
    };
    /** Somebody sets the queue right again, or most of the time nothing would run at all. */
    const setRight = async () => {
      await sleep(1_000);
      await queue.resume();
      await queue.removeGlobalConcurrency();
      await queue.removeGlobalRateLimit();
    };
    const metricsUrls = [`${producer.metricsUrl}/metrics`, `${worker.metricsUrl}/metrics`];
    await Promise.all([
      ...Array.from({ length: 4 }, () => keep(() => submitAndFollow(producer.url, seen))),
      keep(() => lookAround(metricsUrls, producer.url, seen)),
      ...Array.from({ length: 3 }, () => keep(doMischief)),
      keep(setRight),
    ]);

    await setRight();
    const last = await submitDivision(producer.url, { x: 8, y: 2 });
    const drained = async () => {
      const counts = await queue.getJobCounts("waiting", "active", "prioritized");
      const left = Object.values(counts).some((count) => count > 0);
      const { exitCode } = worker.child;
      const said = worker.output().slice(-2_000);
      if (left) throw new Error(`${JSON.stringify({ counts, exitCode })}, worker: ${said}`);
      return true;
    };
    await until("all that can run to have run", drained);
    expect((await untilFinal(producer.url, last.id)).result).toBe(4);
    await ends.stop();

    tell(answers, seen);
    // After an hour, all that is wrong is worth to know.
    expect.soft(seen.unavailable, "answers 503").toBeLessThanOrEqual(maxUnavailable);
    expect.soft(await client.call("SLOWLOG", "LEN"), "commands of more than a second").toBe(0);
    expect.soft(seen.faults).toEqual([]);
    expect
      .soft(routes.filter(({ method, path }) => !wasCalled(answers, `${method} ${path}`)))
      .toEqual([]);
    expect.soft(seen.outcomes.get("succeeded")).toBeGreaterThan(seconds);
    // Redis tells of an end a moment before the worker does.
    const finished = await until("the worker to have counted each end", async () => {
      const sum = await sumOf(worker.metricsUrl, "taskqueue_jobs_finished_total");
      if (sum < ends.ids.size) throw new Error(`counted ${sum} of ${ends.ids.size}`);
      return sum;
    });
    // An obliterated queue takes along the events that nobody has read yet.
    const obliterated = answers.get("PUT /api/queues/:queueName/obliterate 200") ?? 0;
    expect.soft(finished).toBeLessThanOrEqual(ends.jobs + obliterated * slots);
    for (const { metricsUrl } of [producer, worker]) {
      expect
        .soft(await sumOf(metricsUrl, "process_resident_memory_bytes"))
        .toBeLessThan(maxResidentBytes);
    }
    expect.soft(unexpected(producer.output())).toEqual([]);
    expect.soft(unexpected(worker.output())).toEqual([]);
  },
);

async function commit(url: string, { route: { method }, body }: Deed): Promise<number> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: boardAuthorization,
      "content-type": "application/json",
      "sec-fetch-site": "same-origin",
    },
    ...(method !== "GET" && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

function wasCalled(answers: ReadonlyMap<string, number>, route: string): boolean {
  return [...answers.keys()].some((line) => line.startsWith(`${route} `));
}

async function sumOf(metricsUrl: string, metric: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const values = text.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\d+)`, "gm"));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Lines that are no log line, as a crash writes, and errors other than Bull Board's own answers, told or held back. */
function unexpected(output: string): string[] {
  return output.split("\n").filter((line) => {
    if (line === "") return false;
    if (!line.startsWith("{")) return true;
    const { level, line: kind } = JSON.parse(line);
    return level === "fatal" || (level === "error" && kind !== "response_failed");
  });
}

function tell(answers: ReadonlyMap<string, number>, { outcomes, unavailable }: Experience): void {
  const calls = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const failed = [...answers].filter(([line]) => / 5\d\d$/.test(line));
  const lines = [
    `${calls} calls of Bull Board in ${seconds} s (seed ${seed})`,
    ...[...outcomes].map(([outcome, count]) => `  ${count} jobs ${outcome}`),
    `  ${unavailable} reads answered 503`,
    ...failed.map(([line, count]) => `  ${count} times ${line}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
