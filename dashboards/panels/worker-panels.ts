import { serviceNames } from "../../src/contract/telemetry.ts";
import { runningJobSeconds, utilizationRatio } from "../objectives.ts";
import { timeseries } from "./panels.ts";
import { anyOf, increase, max, rate, series, sum } from "../query/promql.ts";
import { lines } from "../query/queries.ts";
import { chosenQueue } from "../query/scope.ts";
import { rising } from "./thresholds.ts";

/** Each chosen worker's slots and what fills them. */
export function workerPanels() {
  const scope = { ...chosenQueue, instance: anyOf("$instance") };
  return [
    timeseries({
      title: "Slots in use",
      description:
        "Jobs that each worker is running, how many it may run at once, and its slots in which nothing starts because an operator has it drained.",
      unit: "short",
      width: 8,
      queries: [
        lines(sum(series("workerActiveJobs", scope), ["instance"]), "running on {{instance}}"),
        lines(sum(series("workerConcurrency", scope), ["instance"]), "slots of {{instance}}"),
        lines(sum(series("workerDrainedSlots", scope), ["instance"]), "drained on {{instance}}"),
      ],
    }),
    timeseries({
      title: "Utilization",
      description: "Share of each worker's slot time that was spent on jobs.",
      unit: "percentunit",
      width: 8,
      queries: [
        lines(
          `${sum(rate(series("workerBusySeconds", scope)), ["instance"])} / ${sum(series("workerConcurrency", scope), ["instance"])}`,
          "{{instance}}",
        ),
      ],
      thresholds: rising(utilizationRatio),
    }),
    timeseries({
      title: "Longest running job",
      description:
        "A job that runs far longer than others of its task hangs; the task's time limit ends it.",
      unit: "s",
      width: 8,
      queries: [
        lines(max(series("workerOldestActiveJobAge", scope), ["instance"]), "{{instance}}"),
      ],
      thresholds: rising(runningJobSeconds),
    }),
    timeseries({
      title: "Restarts",
      description: "How often the process at each address has started again.",
      unit: "short",
      width: 8,
      queries: [
        lines(
          `changes(${series("processStart", { job: serviceNames.worker, instance: anyOf("$instance") })}[$__range])`,
          "{{instance}}",
        ),
      ],
    }),
    timeseries({
      title: "Reconnects",
      description: "How often a service tried to reconnect to Redis.",
      unit: "short",
      width: 16,
      queries: [
        lines(
          sum(increase(series("redisReconnects")), ["job", "instance", "client"]),
          "{{job}} {{instance}}: {{client}}",
        ),
      ],
    }),
  ];
}
