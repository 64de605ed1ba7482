import { clockSkewSeconds, eventLoopLagSeconds, minDiskFreeRatio } from "../objectives.ts";
import { table, timeseries } from "./panels.ts";
import { max, min, noneOf, rate, series, sum } from "../query/promql.ts";
import { everyService } from "../query/scope.ts";
import { lines, rows } from "../query/queries.ts";
import { atLeast, rising } from "./thresholds.ts";

/** Disks that hold data, not what the kernel only shows as one. */
export const realDisks = { fstype: noneOf("tmpfs", "ramfs", "squashfs", "overlay") };

/** The processes and the machines that they run on. */
export function processPanels() {
  return [
    timeseries({
      title: "CPU",
      description: "CPU seconds used per second; a Node process cannot use much more than 1.",
      unit: "percentunit",
      width: 8,
      queries: [
        lines(
          sum(rate(series("processCpu", everyService)), ["job", "instance"]),
          "{{job}} {{instance}}",
        ),
      ],
    }),
    timeseries({
      title: "Memory of the services",
      description: "Resident memory. Steady growth is a leak.",
      unit: "bytes",
      width: 8,
      queries: [
        lines(
          sum(series("processMemory", everyService), ["job", "instance"]),
          "{{job}} {{instance}}",
        ),
      ],
    }),
    timeseries({
      title: "Event loop lag",
      description:
        "Longest time of the last minute in which nothing else could run: whatever the service does waited for it.",
      unit: "s",
      width: 8,
      queries: [
        lines(
          max(series("eventLoopLagMax", everyService), ["job", "instance"]),
          "{{job}} {{instance}}",
        ),
      ],
      thresholds: rising(eventLoopLagSeconds),
    }),
    timeseries({
      title: "Clock skew",
      description:
        "How far each service's clock is from that of Redis. Ages, waits and the overview page compare times of several hosts.",
      unit: "s",
      width: 8,
      queries: [
        lines(
          max(`abs(${series("clockSkew", everyService)})`, ["job", "instance"]),
          "{{job}} {{instance}}",
        ),
      ],
      thresholds: rising(clockSkewSeconds),
    }),
    timeseries({
      title: "Lag of the index of jobs",
      description:
        "How far what the console's pages of jobs and failures show is behind Redis, for each producer.",
      unit: "s",
      width: 8,
      queries: [lines(max(series("jobIndexLag", everyService), ["instance"]), "{{instance}}")],
    }),
    timeseries({
      title: "Free disk space",
      description:
        "Share of each disk that is free. Without room for its log, Redis accepts no jobs.",
      unit: "percentunit",
      width: 8,
      queries: [
        lines(
          min(`${series("diskFree", realDisks)} / ${series("diskSize", realDisks)}`, [
            "instance",
            "mountpoint",
          ]),
          "{{instance}} {{mountpoint}}",
        ),
      ],
      thresholds: atLeast(minDiskFreeRatio),
    }),
    table({
      title: "What runs",
      description:
        "Release and versions of each service. They differ only while a release is being rolled out.",
      unit: "none",
      width: 24,
      height: 5,
      queries: [rows(series("buildInfo"), "A")],
      columns: [
        { field: "job", title: "Service" },
        { field: "instance", title: "Address" },
        { field: "version", title: "Version" },
        { field: "git_sha", title: "Release" },
        { field: "node_version", title: "Node" },
        { field: "bullmq_version", title: "BullMQ" },
      ],
    }),
  ];
}
