import { type Alert, overviewOfQueue } from "./alert.ts";
import { anyOf, bucketsOf, countOf, increase, max, rate, series, sum } from "../query/promql.ts";
import { recorded } from "./recordings.ts";

/** "99 % of jobs start within 10 s"; the seconds must be an edge of the wait histogram. */
export const waitObjective = { seconds: 10, ratio: 0.99 } as const;

/** Burning a month's error budget within two days. */
const fastBurn = 14.4;

const byQueue = ["queue"];
const paused = `(${max(series("queuePaused"), byQueue)} == 1)`;
const unlessPaused = `unless on (queue) ${paused}`;
const unfinished = sum(
  recorded("jobs", { state: anyOf("waiting", "prioritized", "active") }),
  byQueue,
);
const workers = max(series("queueWorkers"), byQueue);
const oldestAge = max(series("oldestWaitingJobAge"), byQueue);

/** Prometheus 3 writes an edge of 10 as "10.0". */
const objectiveEdge = { le: anyOf(`${waitObjective.seconds}(\\.0)?`) };

function missedObjective(window: string): string {
  const within = sum(rate(bucketsOf("jobWaitDuration", objectiveEdge), window), byQueue);
  const all = sum(rate(countOf("jobWaitDuration"), window), byQueue);
  const budget = Number((1 - waitObjective.ratio).toFixed(4));
  return `(1 - ${within} / ${all}) > ${fastBurn} * ${budget}`;
}

/** Alerts on a queue that does not move, or not fast enough. */
export const queueAlerts: readonly Alert[] = [
  {
    name: "TaskQueueNoWorkers",
    expr: `${workers} == 0 and on (queue) ${unfinished} > 0 ${unlessPaused}`,
    for: "2m",
    severity: "critical",
    summary: "No worker is connected to {{ $labels.queue }} although jobs wait",
    meaning: "Jobs are taken in and kept, but nothing runs them.",
    firstLook: "Is the worker's process up, and what did it log last?",
    remedy: "Start it. If it exits again, its log says why: mostly configuration or the broker.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWorkerWedged",
    expr: [
      `${recorded("backlog")} > 0`,
      `and on (queue) ${max(recorded("jobs", { state: "active" }), byQueue)} == 0`,
      `and on (queue) ${workers} > 0`,
      `unless on (queue) (${sum(increase(series("jobsFinished"), "3m"), byQueue)} > 0)`,
      unlessPaused,
    ].join("\n"),
    for: "2m",
    severity: "critical",
    summary: "Workers of {{ $labels.queue }} are connected but start nothing",
    meaning: "Jobs wait, workers are connected, none is running a job and none has ended one.",
    firstLook: "The worker's log since the last job; a Redis outage just before is typical.",
    remedy:
      "Restart the worker. It does so itself after a minute: if it did, find out why that failed.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueHeartbeatStale",
    expr: `time() - ${max(series("heartbeatLastProcessed"), byQueue)} > 180 ${unlessPaused}`,
    for: "1m",
    severity: "critical",
    summary:
      "No heartbeat has come through {{ $labels.queue }} for {{ $value | humanizeDuration }}",
    meaning:
      "The job that goes through the queue every 30 seconds does not; it is the only sign on an idle queue.",
    firstLook: "Workers connected, and the age of the oldest waiting job.",
    remedy: "Restart the worker; if jobs wait long as well, see the alerts on backlog.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobTooOld",
    expr: `${oldestAge} > 60 ${unlessPaused}`,
    for: "5m",
    severity: "warning",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: "Jobs that could run wait for more than a minute.",
    firstLook: "Slots needed and owned, and the utilization of the workers.",
    remedy: "Add a worker or slots; if workers idle, look for jobs that hang.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobMuchTooOld",
    expr: `${oldestAge} > 600 ${unlessPaused}`,
    for: "5m",
    severity: "warning",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: "Jobs that could run wait for more than ten minutes; submitters have noticed.",
    firstLook: "Slots needed and owned, and the utilization of the workers.",
    remedy: "Add workers now; consider refusing submissions with a lower MAX_QUEUE_DEPTH.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueBacklogGrowing",
    expr: [
      `${recorded("backlog")} > 100`,
      `and on (queue) (deriv(${recorded("backlog")}[30m]) > 0)`,
      `and on (queue) ${recorded("utilization")} > 0.9`,
    ].join("\n"),
    for: "15m",
    severity: "warning",
    summary: "{{ $value }} jobs wait in {{ $labels.queue }}, and more every minute",
    meaning: "More comes in than the workers can do, although they are busy.",
    firstLook: "In and out: who submits so much, and since when?",
    remedy: "Add a worker, or slow the submitter down.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWaitSLOFastBurn",
    expr: `${missedObjective("5m")}\nand on (queue) ${missedObjective("1h")}`,
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the jobs in {{ $labels.queue }} start late",
    meaning: `The objective is that ${waitObjective.ratio * 100} % of jobs start within ${waitObjective.seconds} s. At this pace a month's allowance is gone in two days.`,
    firstLook: "Waiting, and slots needed and owned.",
    remedy: "Add a worker, or spread bursts of submissions out.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueuePausedTooLong",
    expr: `${max(series("queuePaused"), byQueue)} == 1`,
    for: "1h",
    severity: "warning",
    summary: "{{ $labels.queue }} has been paused for more than an hour",
    meaning:
      "Somebody paused the queue: jobs are taken in, none is started, and alerts on waiting are silent.",
    firstLook: "Who paused it, and is that still wanted?",
    remedy: "Resume it in Bull Board (with BOARD_READ_ONLY=false).",
    dashboard: overviewOfQueue,
  },
];
