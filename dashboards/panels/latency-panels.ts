import { heatmap, timeseries } from "./panels.ts";
import { bucketsOf, increase, quantile, sum } from "../query/promql.ts";
import { buckets, lines } from "../query/queries.ts";
import type { TaskScope } from "../query/scope.ts";

const durations = [
  {
    key: "jobWaitDuration",
    title: "Wait",
    description:
      "From ready to run until the first attempt starts. Long waits call for more workers.",
  },
  {
    key: "jobProcessingDuration",
    title: "Processing",
    description: "One attempt of the task itself. Long runs call for a look at the task.",
  },
  {
    key: "jobEndToEndDuration",
    title: "End to end",
    description:
      "From ready to run until the final outcome, retries included: what a submitter experiences.",
  },
] as const;

/** Median and tail of each step of a job; a dot is one job and leads to its trace. */
export function latencyPanels(scope: TaskScope) {
  return durations.map(({ key, title, description }) =>
    timeseries({
      title,
      description,
      unit: "s",
      width: 8,
      queries: [0.5, 0.95, 0.99].map((q) =>
        lines(quantile(q, key, { matchers: scope }), `p${q * 100}`, { exemplars: true }),
      ),
    }),
  );
}

export function processingHeatmap(scope: TaskScope) {
  return heatmap({
    title: "Processing times",
    description:
      "How many attempts took how long. Two bands are two kinds of work, or one that times out.",
    unit: "s",
    width: 24,
    queries: [buckets(sum(increase(bucketsOf("jobProcessingDuration", scope)), ["le"]))],
  });
}
