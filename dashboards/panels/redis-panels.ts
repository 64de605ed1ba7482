import { keptMemoryRatio, redisMemoryRatio, redisRoundTripSeconds } from "../objectives.ts";
import { timeseries, upTimeline } from "./panels.ts";
import { increase, max, min, quantile, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { atLeast, rising } from "./thresholds.ts";

/** The broker, seen by itself (its exporter) and by those who need it. */
export function redisPanels() {
  return [
    timeseries({
      title: "Memory",
      description:
        "At its limit Redis refuses jobs. The producer refuses submissions before that, so that running jobs can finish.",
      unit: "bytes",
      width: 8,
      queries: [
        lines(max(series("redisMemoryUsed")), "used"),
        lines(`${max(series("redisMemoryMax"))} > 0`, "limit"),
        lines(`${redisMemoryRatio} * ${max(series("redisMemoryMax"))} > 0`, "alert"),
      ],
    }),
    timeseries({
      title: "Kept in memory",
      description:
        "Jobs that have ended, and events, which hold each result once more. The oldest, or those of a client that has over a quarter of them, are removed so that the sum stays below 40 % of the limit.",
      unit: "bytes",
      width: 8,
      queries: [
        lines(max(series("keptBytes"), ["queue", "what"]), "{{queue}}: {{what}}"),
        lines(`${keptMemoryRatio} * ${max(series("redisMemoryMax"))} > 0`, "alert on the sum"),
      ],
    }),
    timeseries({
      title: "Removed between two ends",
      description:
        "Ended jobs that were removed because their time was over (age), or before it, because Redis needed the memory (memory; early: within an hour of their end).",
      unit: "none",
      width: 8,
      queries: [
        lines(
          sum(increase(series("jobsRemoved"), "1h"), ["queue", "reason"]),
          "{{queue}}: {{reason}}, 1 h",
        ),
      ],
    }),
    timeseries({
      title: "Commands",
      description: "Commands that Redis ran per second.",
      unit: "ops",
      width: 12,
      queries: [lines(sum(rate(series("redisCommands"))), "commands")],
    }),
    timeseries({
      title: "Round trip",
      description:
        "A PING on each service's connection, median. Everything on the queue takes at least this long.",
      unit: "s",
      width: 12,
      queries: [
        lines(quantile(0.5, "redisPingDuration", { by: ["job", "client"] }), "{{job}}: {{client}}"),
      ],
      thresholds: rising(redisRoundTripSeconds),
    }),
    upTimeline({
      title: "Connections",
      description: "Whether each service's connections to Redis were ready.",
      unit: "none",
      width: 12,
      queries: [
        lines(
          min(series("redisConnectionUp"), ["job", "instance", "client"]),
          "{{job}} {{instance}}: {{client}}",
        ),
      ],
      thresholds: atLeast(1),
    }),
    timeseries({
      title: "Reading the queue",
      description:
        "How long it took to read the queue's state for Prometheus, and reads that failed. The time must not grow with the queue.",
      unit: "s",
      width: 12,
      queries: [
        lines(max(series("queueCollectDuration"), ["job", "queue"]), "{{job}}"),
        lines(
          sum(rate(series("queueCollectErrors")), ["job", "queue"]),
          "failures per second, {{job}}",
        ),
      ],
    }),
  ];
}
