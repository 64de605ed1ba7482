import { callerClasses, faultlessClasses, wantedClasses } from "./blame.ts";
import { failureLinks, taskLinks } from "./links.ts";
import { bars, table, timeseries } from "./panels.ts";
import { anyOf, increase, max, noneOf, series, sum } from "../query/promql.ts";
import { lines, rows } from "../query/queries.ts";
import type { QueueScope, TaskScope } from "../query/scope.ts";
import { below } from "./thresholds.ts";

/** Failures by class, with submitters' mistakes told apart from faults of ours. */
export function failuresByClass(scope: TaskScope, width: number) {
  const failed = series("jobsFinished", { ...scope, outcome: "failed" });
  return bars({
    title: "Failures by class",
    description: "Jobs that failed for good. src/README.md says whose fault each class is.",
    unit: "short",
    width,
    queries: [lines(sum(increase(failed), ["error_type"]), "{{error_type}}")],
    links: failureLinks(),
  });
}

export function failurePanels(scope: QueueScope) {
  const failed = { ...scope, outcome: "failed" };
  return [
    failuresByClass(scope, 8),
    bars({
      title: "Whose fault",
      description:
        "The same failures: submitters' mistakes and jobs that somebody cancelled, which raise no alert, and faults of the system, which do.",
      unit: "short",
      width: 8,
      queries: [
        lines(
          sum(increase(series("jobsFinished", { ...failed, error_type: anyOf(...callerClasses) }))),
          "submitter's mistake",
        ),
        lines(
          sum(increase(series("jobsFinished", { ...failed, error_type: anyOf(...wantedClasses) }))),
          "cancelled",
        ),
        lines(
          sum(
            increase(
              series("jobsFinished", { ...failed, error_type: noneOf(...faultlessClasses) }),
            ),
          ),
          "fault of ours",
        ),
      ],
    }),
    timeseries({
      title: "Stalled jobs",
      description:
        "Jobs whose worker vanished while it ran them. Another worker has taken them over.",
      unit: "short",
      width: 8,
      queries: [lines(sum(increase(series("jobsStalled", scope)), ["queue"]), "{{queue}}")],
      thresholds: below(1),
    }),
    timeseries({
      title: "Retries",
      description:
        "Failed attempts that are retried, by class of failure, and jobs that ended again after somebody had retried them.",
      unit: "short",
      width: 12,
      queries: [
        lines(
          sum(increase(series("jobRetries", scope)), ["task", "error_type"]),
          "{{task}}: {{error_type}}",
        ),
        lines(
          sum(increase(series("jobsFinishedAgain", scope)), ["task", "outcome"]),
          "{{task}}: {{outcome}} again",
        ),
      ],
    }),
    timeseries({
      title: "Callbacks",
      description:
        "Tries to tell submitters' servers of their jobs' ends. What has failed is tried again for about a day.",
      unit: "short",
      width: 12,
      queries: [
        lines(
          sum(increase(series("callbacks", scope)), ["queue", "outcome"]),
          "{{queue}}: {{outcome}}",
        ),
      ],
    }),
    timeseries({
      title: "Oldest callback that fails",
      description:
        "Time since the end of the job that its submitter's server was not told of for longest, though it was tried.",
      unit: "s",
      width: 12,
      queries: [lines(max(series("callbackOldestLate", scope), ["queue"]), "{{queue}}")],
    }),
    table({
      title: "Most frequent failures, 1 h",
      description: "The ten most frequent combinations of task and failure class of the last hour.",
      unit: "short",
      width: 12,
      queries: [
        rows(
          `topk(10, ${sum(increase(series("jobsFinished", failed), "1h"), ["task", "error_type"])} > 0)`,
          "A",
        ),
      ],
      columns: [
        { field: "task", title: "Task", links: taskLinks() },
        { field: "error_type", title: "Class" },
        { field: "Value", title: "Jobs", unit: "short" },
      ],
    }),
  ];
}
