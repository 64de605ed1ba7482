import { drainSeconds, percent, utilizationRatio } from "../objectives.ts";
import { stat, timeseries } from "./panels.ts";
import { mean, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { recorded } from "../alerts/recordings.ts";
import type { QueueScope } from "../query/scope.ts";
import { rising } from "./thresholds.ts";

const targetUtilization = utilizationRatio.warning;

/** Little's law: jobs that arrive per second times the seconds each takes is the slots they fill. */
function slotsNeeded(scope: QueueScope): string {
  const arrivals = sum(rate(series("jobsEnqueued", { ...scope, outcome: "added" }), "15m"), [
    "queue",
  ]);
  const seconds = mean("jobProcessingDuration", { matchers: scope, by: ["queue"], window: "15m" });
  return `ceil(${arrivals} * on (queue) (${seconds}) / ${targetUtilization})`;
}

export function capacityPanels(scope: QueueScope) {
  const finished = sum(recorded("finished", scope), ["queue"]);
  return [
    timeseries({
      title: "Slots needed and available",
      description: `Slots that the jobs of the last 15 minutes would keep ${percent(targetUtilization)} busy, and slots that the workers have. If more are needed than available, add a worker.`,
      unit: "short",
      width: 16,
      queries: [
        lines(slotsNeeded(scope), "needed for {{queue}}"),
        lines(sum(series("workerConcurrency", scope), ["queue"]), "available for {{queue}}"),
      ],
    }),
    stat({
      title: "Time to drain",
      description: "How long the backlog takes at the current pace if nothing more comes in.",
      unit: "s",
      width: 8,
      height: 8,
      queries: [
        lines(
          `${recorded("backlog", scope)} / on (queue) clamp_min(${finished}, 0.001)`,
          "{{queue}}",
        ),
      ],
      thresholds: rising(drainSeconds),
    }),
  ];
}
