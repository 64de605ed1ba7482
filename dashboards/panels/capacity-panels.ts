import { stat, timeseries } from "./panels.ts";
import { mean, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { recorded } from "../alerts/recordings.ts";
import type { QueueScope } from "../query/scope.ts";
import { rising } from "./thresholds.ts";

/** Share of the slots that may be busy before waits grow out of proportion. */
const targetUtilization = 0.7;

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
      title: "Slots needed and owned",
      description: `Slots that the last 15 minutes' jobs would keep ${targetUtilization * 100} % busy, and slots that the workers have. Needed above owned: add a worker.`,
      unit: "short",
      width: 16,
      queries: [
        lines(slotsNeeded(scope), "needed for {{queue}}"),
        lines(sum(series("workerConcurrency", scope), ["queue"]), "owned by {{queue}}"),
      ],
    }),
    stat({
      title: "Time to drain",
      description: "How long today's pace needs for the backlog, were nothing to come in.",
      unit: "s",
      width: 8,
      height: 8,
      queries: [
        lines(
          `${recorded("backlog", scope)} / on (queue) clamp_min(${finished}, 0.001)`,
          "{{queue}}",
        ),
      ],
      thresholds: rising(60, 600),
    }),
  ];
}
