import { taskLinks } from "./links.ts";
import { table } from "./panels.ts";
import { increase, quantile, rate, series, sum } from "../query/promql.ts";
import { rows } from "../query/queries.ts";
import type { QueueScope } from "../query/scope.ts";

/** All tasks side by side; a name leads to that task's dashboard. */
export function taskTable(scope: QueueScope) {
  const finished = increase(series("jobsFinished", scope), "1h");
  const succeeded = increase(series("jobsFinished", { ...scope, outcome: "succeeded" }), "1h");
  return table({
    title: "Tasks",
    description:
      "Current pace, share that succeeded in the last hour, and p95 of waiting and processing.",
    unit: "short",
    width: 24,
    queries: [
      rows(sum(rate(series("jobsFinished", scope)), ["task"]), "pace"),
      rows(`${sum(succeeded, ["task"])} / (${sum(finished, ["task"])} > 0)`, "success"),
      rows(quantile(0.95, "jobWaitDuration", { matchers: scope, by: ["task"] }), "wait"),
      rows(
        quantile(0.95, "jobProcessingDuration", { matchers: scope, by: ["task"] }),
        "processing",
      ),
    ],
    columns: [
      { field: "task", title: "Task", links: taskLinks() },
      { field: "Value #pace", title: "Jobs per second", unit: "ops" },
      { field: "Value #success", title: "Succeeded", unit: "percentunit" },
      { field: "Value #wait", title: "Wait, p95", unit: "s" },
      { field: "Value #processing", title: "Processing, p95", unit: "s" },
    ],
  });
}
