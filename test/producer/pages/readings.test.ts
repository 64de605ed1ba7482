import { expect, onTestFinished, test, vi } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { clockSkewSeconds } from "../../../dashboards/objectives.ts";
import {
  axisSteps,
  describeQueue,
  formatReading,
} from "../../../src/producer/pages/assets/readings.js";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";

test.each([
  [0, "0 s"],
  [0.0234, "23 ms"],
  [0.9996, "1 s"],
  [12.34, "12.3 s"],
  [59.97, "1 min"],
  [75, "1 min 15 s"],
  [100, "1 min 40 s"],
  [299.6, "5 min"],
  [3_599.7, "1 h"],
  [5_400, "1 h 30 min"],
  [86_399, "1 d"],
  [100_000, "1 d 4 h"],
  [100_000_000, "1,157 d 10 h"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatReading(seconds, "seconds")).toBe(text);
});

/** In seconds, what a reading says. */
function parseReading(text: string): number {
  const units: Record<string, number> = { ms: 1e-3, s: 1, min: 60, h: 3_600, d: 86_400 };
  return [...text.matchAll(/([\d.,]+) (\w+)/g)].reduce(
    (sum, [, amount = "", unit = ""]) =>
      sum + Number(amount.replaceAll(",", "")) * (units[unit] ?? Number.NaN),
    0,
  );
}

test("every line of an axis of seconds is told as what it stands for", () => {
  const wrong = axisSteps.seconds.flatMap((step) =>
    // As many as a plot has room for.
    [1, 2, 3, 4, 5, 6, 7]
      .map((count) => count * step)
      .filter((value) => Math.abs(parseReading(formatReading(value, "seconds")) - value) > 1e-9),
  );
  expect(wrong).toEqual([]);
});

test("the steps of each axis grow, and by so little that a few lines always fit", () => {
  for (const steps of Object.values(axisSteps)) {
    const ratios = steps.slice(1).map((step, i) => step / (steps[i] ?? Number.NaN));
    expect(ratios.every((ratio) => ratio > 1 && ratio <= 10)).toBe(true);
  }
});

test.each([
  [10_000, "The producer&#39;s clock is 10 s ahead of Redis&#39; clock:"],
  [-3_600_000, "The producer&#39;s clock is 1 h behind Redis&#39; clock:"],
])("an overview whose host's clock is off by %d ms says so", async (ms, told) => {
  const { url } = await startProducer();
  const readPage = async () => (await fetch(`${url}${paths.overview}`)).text();
  expect(await readPage()).not.toContain("clock");
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + ms);
  onTestFinished(() => clock.mockRestore());
  const shown = await until("a look at the clock", async () => {
    const page = await readPage();
    return page.includes("clock") && page;
  });
  expect(shown).toContain(told);
});

test("a clock is said to be off where the alert on it would say so, and which way", () => {
  const { limit } = clockSkewSeconds;
  const idle = {
    workers: 1,
    waiting: 0,
    working: 0,
    paused: false,
    oldest_waiting_seconds: 0,
    blocked_by: [],
  };
  const describe = (skew: number) =>
    describeQueue({
      at: "",
      queue: { ...idle, clock_skew_seconds: skew },
      queues: {},
      schedules: [],
      last_minute: null,
    });
  expect([describe(limit), describe(-limit)]).toEqual([describe(0), describe(0)]);
  expect(describe(limit + 1)).toContain("The producer's clock is 3 s ahead of Redis' clock");
  expect(describe(-limit - 1)).toContain("The producer's clock is 3 s behind Redis' clock");
});
