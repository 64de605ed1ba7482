import { failuresByClass } from "./failure-panels.ts";
import { latencyPanels } from "./latency-panels.ts";
import { taskLogs } from "./log-panels.ts";
import { failureRatio, waitP95Seconds } from "../objectives.ts";
import { stacked, stat, timeseries } from "./panels.ts";
import { countOf, increase, max, mean, quantile, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import type { TaskScope } from "../query/scope.ts";
import { atLeast, rising } from "./thresholds.ts";
import { failedSpans } from "./trace-panels.ts";

/** One task: how often, how well, how fast, and what went wrong. */
export function taskPanels(scope: TaskScope) {
  return [
    ...figures(scope),
    ...graphs(scope),
    ...latencyPanels(scope),
    failedSpans(12),
    taskLogs(),
  ];
}

function figures(scope: TaskScope) {
  const finished = increase(series("jobsFinished", scope), "$__range");
  const succeeded = increase(
    series("jobsFinished", { ...scope, outcome: "succeeded" }),
    "$__range",
  );
  return [
    stat({
      title: "Jobs",
      description: "Jobs that ended in the selected time range.",
      unit: "short",
      width: 5,
      queries: [lines(sum(finished), "jobs")],
    }),
    stat({
      title: "Succeeded",
      description: "Share of them that succeeded.",
      unit: "percentunit",
      width: 5,
      queries: [lines(`${sum(succeeded)} / (${sum(finished)} > 0)`, "succeeded")],
      thresholds: atLeast(1 - failureRatio.limit),
    }),
    stat({
      title: "Wait, p95",
      description: "Time from ready to run until the first attempt starts.",
      unit: "s",
      width: 5,
      queries: [
        lines(quantile(0.95, "jobWaitDuration", { matchers: scope }), "p95", { exemplars: true }),
      ],
      thresholds: rising(waitP95Seconds),
    }),
    stat({
      title: "Processing, p95",
      description: "Time of one attempt.",
      unit: "s",
      width: 5,
      queries: [
        lines(quantile(0.95, "jobProcessingDuration", { matchers: scope }), "p95", {
          exemplars: true,
        }),
      ],
    }),
    stat({
      title: "Last success",
      description: "Time since a job of this task last succeeded.",
      unit: "s",
      width: 4,
      queries: [lines(`time() - ${max(series("jobLastSuccess", scope))}`, "ago")],
    }),
  ];
}

function graphs(scope: TaskScope) {
  const attempts = sum(rate(countOf("jobProcessingDuration", scope)));
  return [
    stacked({
      title: "Outcomes",
      description: "Jobs that ended per second, by outcome.",
      unit: "ops",
      width: 6,
      queries: [lines(sum(rate(series("jobsFinished", scope)), ["outcome"]), "{{outcome}}")],
    }),
    stacked({
      title: "Waiting and working",
      description:
        "Mean time that a job waits and that an attempt works. If waiting is larger, add workers; if working is, look at the task.",
      unit: "s",
      width: 6,
      queries: [
        lines(mean("jobWaitDuration", { matchers: scope }), "waiting"),
        lines(mean("jobProcessingDuration", { matchers: scope }), "working"),
      ],
    }),
    timeseries({
      title: "Attempts per job",
      description: "1 when nothing is retried.",
      unit: "short",
      width: 6,
      queries: [lines(`${attempts} / ${sum(rate(series("jobsFinished", scope)))}`, "attempts")],
    }),
    failuresByClass(scope, 6),
  ];
}
