import { expect, onTestFinished, test, vi } from "vitest";
import { createRecentMaximum, watchEventLoop } from "../../src/telemetry/event-loop-lag.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";

const blockMs = 400;

test("a block of the event loop is told to every scraper, and no scrape takes it from another", async () => {
  const { metricsUrl } = await startProducer();
  await until("the event loop to be watched", async () => (await readLag(metricsUrl)) > 0);
  block();
  const told = (blockMs - 25) / 1_000;
  await until("the block to be told", async () => (await readLag(metricsUrl)) >= told);
  const lags = await Promise.all([1, 2, 3].map(() => readLag(metricsUrl)));
  expect(lags.filter((lag) => lag < told)).toEqual([]);
});

test("a block is told on after the second in which it ended", async () => {
  const { eventLoopLagMax } = registerMetrics(createRegistry(), "producer", new Map());
  const set = vi.spyOn(eventLoopLagMax, "set");
  onTestFinished(watchEventLoop(eventLoopLagMax));
  block();
  await until("it to be told three times", () => set.mock.calls.length === 3);
  const lags = set.mock.calls.map(([lag]) => lag);
  expect(lags.filter((lag) => lag < (blockMs - 25) / 1_000)).toEqual([]);
});

test("of a process nothing is told that a scrape would reset, and no gauge ends like a counter", async () => {
  const { metricsUrl } = await startProducer();
  const scrapes = await Promise.all(
    [1, 2].map(async () => (await fetch(`${metricsUrl}/metrics`)).text()),
  );
  const misleading = scrapes
    .flatMap((text) => text.split("\n"))
    .filter((line) => / NaN$|^nodejs_eventloop_lag|^# TYPE \w+_total gauge/i.test(line));
  expect(misleading).toEqual([]);
});

test("the longest of the last minute is kept, and then the next", () => {
  const longest = createRecentMaximum(60_000);
  const told = [
    [0, 9],
    [1_000, 0.1],
    [30_000, 2],
    [31_000, 0.1],
    [59_999, 0.1],
    [60_000, 0.1],
    [89_999, 0.3],
    [90_000, 0.1],
    [149_999, 0],
    [150_000, 0],
  ].map(([atMs = 0, value = 0]) => longest.add(value, atMs));
  expect(told).toEqual([9, 9, 9, 9, 9, 2, 2, 0.3, 0.1, 0]);
});

function block(): void {
  const end = performance.now() + blockMs;
  while (performance.now() < end);
}

async function readLag(metricsUrl: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^taskqueue_event_loop_lag_max_seconds (\S+)$/m.exec(text)?.[1]);
}
