import { defaultQueue } from "../../src/contract/queues.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { jobPaths, producerUrls } from "../../dashboards/panels/links.ts";
import { bucketsOf, series } from "../../dashboards/query/promql.ts";
import { postJson, readBody } from "../support/client.ts";
import { fillVariables, queriesOf, type Query, readRules } from "../support/dashboards.ts";
import { startNodeExporter, startRedisExporter } from "../support/exporters.ts";
import { startLoad } from "../support/load.ts";
import { type MonitoredQueue, startMonitoredQueue } from "../support/monitored-queue.ts";
import { asSubmitted, exhaustPatience } from "../support/postponed.ts";
import { boardLogin } from "../support/producer.ts";
import { readSelectors } from "../support/promql.ts";
import { until } from "../support/until.ts";

/** How long the load goes on once everything has happened; `npm run test:dashboards` lets it. */
const steadyMs = Number(process.env["DASHBOARD_LOAD_SECONDS"] ?? "0") * 1_000;

test(
  "every query of every panel and rule finds data on a running queue, and links lead somewhere",
  { timeout: steadyMs + 180_000 },
  async () => {
    const world = await startMonitoredQueue({
      exporters: async (redisUrl) => ({
        "localhost:9121": await startRedisExporter(redisUrl),
        "localhost:9100": await startNodeExporter(),
      }),
    });
    const stopLoad = startLoad(world.producer.url);
    const killedAt = await liveThrough(world);
    const silent = await untilNoneIsSilent(world);
    await stopLoad();
    expect([silent, queries.length > 150]).toEqual([[], true]);

    await expectLinksToLead(world);
    // The killed worker took with it the spans of its last second, which Prometheus may have heard of.
    await expectExemplarsToLeadToTraces(world, killedAt);
  },
);

/**
 * What happens to a queue: jobs it does not know, a pause, an outage of Redis, a killed worker.
 * Returns since when that one is gone.
 */
async function liveThrough(world: MonitoredQueue): Promise<number> {
  const { redis, queue, connection, prometheus, startWorker } = world;
  const limitMemory = () => connection.config("SET", "maxmemory", "256mb");
  const seen = (query: string) =>
    until(query, async () => (await prometheus.queryNow(query)).length > 0);

  await limitMemory();
  const worker = await startWorker();
  const { id } = await queue.add("of-another-release", {}, asSubmitted());
  await seen("taskqueue_jobs_postponed_total > 0");
  await exhaustPatience(queue, id ?? "");
  await seen('taskqueue_jobs_finished_total{error_type="unknown_task"} > 0');

  await queue.pause();
  await seen("taskqueue_queue_paused == 1");
  await queue.resume();

  await redis.signal("SIGKILL");
  await seen('http_server_request_duration_seconds_count{http_response_status_code="503"} > 0');
  await redis.start();
  await limitMemory();
  await seen('taskqueue_redis_connection_up{client="worker"} == 1');

  await worker.stop("SIGKILL");
  const killedAt = Date.now();
  await seen('up{job="taskqueue-worker"} == 0');
  await startWorker();
  await seen('up{job="taskqueue-worker"} == 1');
  await sleep(steadyMs);
  return killedAt;
}

/** Every query, those of alerts taken apart: a healthy queue only has what they compare. */
const queries: readonly Query[] = [
  ...queriesOf("prometheus").map(({ at, text }) => ({ at, text: fillVariables(text) })),
  ...readRules().flatMap(({ at, text }) =>
    at.includes(":")
      ? [{ at, text }]
      : readSelectors(text).map((selector) => ({
          at: `${at}: ${selector.name}`,
          text: selector.text,
        })),
  ),
];

/** Asks all queries until each has found something; which have not after half a minute. */
async function untilNoneIsSilent(world: MonitoredQueue): Promise<string[]> {
  const deadline = Date.now() + 30_000;
  let silent = queries;
  while (silent.length > 0 && Date.now() < deadline) {
    const found = await Promise.all(silent.map(({ text }) => hasData(world, text)));
    silent = silent.filter((_, index) => found[index] !== true);
  }
  return silent.map(({ at }) => at);
}

/** A panel draws what it gets over time: one value that is a number will do. */
async function hasData({ prometheus }: MonitoredQueue, text: string): Promise<boolean> {
  const samples = await prometheus.query(text);
  return samples.some(({ values }) => values.some((value) => !Number.isNaN(value)));
}

async function expectLinksToLead({ producer, prometheus }: MonitoredQueue): Promise<void> {
  const [target] = await prometheus.queryNow(series("targetUp", { job: "taskqueue-producer" }));
  const publicUrl = target?.labels[producerUrls.public];
  const boardUrl = target?.labels[producerUrls.board];
  expect([publicUrl, boardUrl]).toEqual([producer.url, producer.boardUrl]);

  const labelled = await prometheus.queryNow(`count by (__name__) ({${producerUrls.public}!=""})`);
  const names = labelled.map(({ labels }) => labels["__name__"] ?? "");
  // What Prometheus itself says of a target, or of an alert on it, has all of the target's labels.
  expect(names.filter((name) => !/^(up|scrape_.*|ALERTS.*)$/.test(name))).toEqual([]);

  const accepted = await postJson(`${publicUrl}/api/v1/jobs`, {
    task: "quotient",
    input: { x: 1, y: 1, delayMs: 0 },
  });
  const { id } = await readBody(accepted);
  const login = Buffer.from(`${boardLogin.user}:${boardLogin.password}`).toString("base64");
  const pages = [
    await fetch(`${publicUrl}${jobPaths.status(id)}`),
    await fetch(`${boardUrl}${jobPaths.board(defaultQueue, id)}`, {
      headers: { authorization: `Basic ${login}` },
    }),
  ];
  expect(pages.map(({ status, redirected }) => [status, redirected])).toEqual([
    [200, false],
    [200, false],
  ]);
}

async function expectExemplarsToLeadToTraces(world: MonitoredQueue, since: number): Promise<void> {
  const { prometheus, exportedTraces } = world;
  const traces = await until("exemplars", async () => {
    const found = await prometheus.exemplarTraces(bucketsOf("jobEndToEndDuration"), since);
    return found.length > 0 && found;
  });
  // A span waits for others to be sent with.
  const missing = () => {
    const exported = exportedTraces();
    return traces.filter((trace) => !exported.has(trace));
  };
  await expect.poll(missing, { timeout: 10_000 }).toEqual([]);
}
