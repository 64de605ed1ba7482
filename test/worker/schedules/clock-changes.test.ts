import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { readJobSchedule } from "../../../src/queue/job-schedule.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import { keepSchedule, readScheduled } from "../../support/scheduled.ts";
import { until } from "../../support/until.ts";

const timeZone = "Europe/Zurich";
// The daily one is looked after before the hourly one, at the same time.
const schedule = {
  daily: { cron: "30 2 * * *", timeZone },
  hourly: { cron: "30 * * * *", timeZone },
};

test.each([
  [
    "the hour that spring skips",
    ["2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T02:30"],
    ["2026-03-29T01:30"],
  ],
  [
    "the hour that autumn repeats",
    ["2026-10-24T23:30", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
    ["2026-10-25T00:30"],
  ],
])(
  "in %s, workers run a daily schedule once and an hourly one each hour",
  async (_, hours, daily) => {
    const redis = new Redis(inject("redisUrl"));
    onTestFinished(() => redis.disconnect());
    const name = `test-${randomUUID()}`;
    const queue = createQueue(redis, name);
    const slotsOf = async (key: string) =>
      (await readScheduled(queue))
        .flatMap(({ opts }) => readJobSchedule(opts) ?? [])
        .filter((found) => found.key === key)
        .map(({ slotMs = 0 }) => new Date(slotMs).toISOString().slice(0, 16))
        .toSorted();
    for (const [i, hour] of hours.entries()) {
      const startMs = Date.parse(`${hour}Z`) - 1_000;
      const keepers = [1, 2].map(() => keepSchedule(name, { schedule, startMs }));
      await until(`the slot of ${hour}`, async () => (await slotsOf("report.hourly")).length > i);
      for (const { kill } of keepers) kill();
    }
    expect(await slotsOf("report.hourly")).toEqual(hours);
    expect(await slotsOf("report.daily")).toEqual(daily);
  },
);
