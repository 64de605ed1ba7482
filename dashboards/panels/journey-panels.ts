import { barGauge, text, timeseries } from "./panels.ts";
import { mean, quantile } from "../query/promql.ts";
import { instant, lines } from "../query/queries.ts";
import { chosenQueue, chosenTask } from "../query/scope.ts";

const guide = `1. **From a graph:** click a dot in *End to end*: it is one job, and leads to its trace.
2. **From a job's id:** type it into *Job id* above.
3. **From a failure:** choose its class above and pick an attempt from *Failed attempts*.
4. A job's id leads to its status page and to Bull Board; a span's id shows its trace and its log below.`;

export function journeyGuide() {
  return text({
    title: "How to follow a job",
    description: "Four ways from a figure to one job and everything known about it.",
    unit: "none",
    width: 8,
    queries: [],
    markdown: guide,
  });
}

export function endToEnd() {
  return timeseries({
    title: "End to end",
    description:
      "From ready to run until the final outcome, p95; a dot is one job and leads to its trace.",
    unit: "s",
    width: 16,
    queries: [
      lines(
        quantile(0.95, "jobEndToEndDuration", { matchers: chosenTask, by: ["task"] }),
        "{{task}}",
        { exemplars: true },
      ),
    ],
  });
}

/** The mean of each step, side by side. */
export function whereTimeGoes() {
  return barGauge({
    title: "Where the time goes",
    description:
      "Mean time of each step of a job: the request, queueing within it, then waiting and working.",
    unit: "s",
    width: 12,
    queries: [
      instant(
        mean("httpRequestDuration", { matchers: { http_request_method: "POST" }, window: "15m" }),
        "request",
      ),
      instant(mean("jobEnqueueDuration", { matchers: chosenQueue, window: "15m" }), "queueing"),
      instant(mean("jobWaitDuration", { matchers: chosenTask, window: "15m" }), "waiting"),
      instant(mean("jobProcessingDuration", { matchers: chosenTask, window: "15m" }), "working"),
    ],
  });
}
