import type { JobOutcome } from "../../src/contract/metrics.ts";
import { logarithmic, stacked, timeseries } from "./panels.ts";
import { max, noneOf, quantile, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { recorded } from "../alerts/recordings.ts";
import type { QueueScope } from "../query/scope.ts";

/** What comes in, what goes out, and what piles up between. */
export function flowPanels(scope: QueueScope) {
  const finished = (outcome: JobOutcome) =>
    sum(rate(series("jobsFinished", { ...scope, outcome })));
  return [
    timeseries({
      title: "In and out",
      description:
        "Jobs queued, succeeded and failed per second. When more come in than go out, the backlog grows.",
      unit: "ops",
      width: 8,
      queries: [
        lines(sum(rate(series("jobsEnqueued", { ...scope, outcome: "added" }))), "queued"),
        lines(finished("succeeded"), "succeeded"),
        lines(finished("failed"), "failed"),
      ],
    }),
    stacked({
      title: "Jobs by state",
      description: "Unfinished jobs. Delayed ones wait for another attempt.",
      unit: "short",
      width: 8,
      queries: [
        lines(
          max(recorded("jobs", { ...scope, state: noneOf("succeeded", "failed") }), ["state"]),
          "{{state}}",
        ),
      ],
    }),
    logarithmic({
      title: "Waiting",
      description:
        "How long jobs waited before they started (p95), and how long the oldest that has not started has waited. Only the second grows when everything is stuck.",
      unit: "s",
      width: 8,
      queries: [
        lines(quantile(0.95, "jobWaitDuration", { matchers: scope }), "p95 of started", {
          exemplars: true,
        }),
        lines(max(series("oldestWaitingJobAge", scope), ["queue"]), "oldest waiting in {{queue}}"),
      ],
    }),
    stacked({
      title: "Submissions by outcome",
      description:
        "What became of submissions: added, already known by their key, refused as wrong, or lost to an error of ours.",
      unit: "ops",
      width: 8,
      queries: [
        lines(
          sum(rate(series("jobsEnqueued", scope)), ["outcome", "source"]),
          "{{outcome}} by {{source}}",
        ),
      ],
    }),
    stacked({
      title: "Submissions by submitter",
      description:
        "Who sent what was submitted, to any queue: a name of the file of users, or _STRANGER for a client without one.",
      unit: "ops",
      width: 8,
      queries: [lines(sum(rate(series("submissions")), ["submitter"]), "{{submitter}}")],
    }),
    timeseries({
      title: "Time to queue a job",
      description: "How long it took to add a job to Redis.",
      unit: "s",
      width: 8,
      queries: [0.5, 0.95, 0.99].map((q) =>
        lines(quantile(q, "jobEnqueueDuration", { matchers: scope }), `p${q * 100}`, {
          exemplars: true,
        }),
      ),
    }),
  ];
}
