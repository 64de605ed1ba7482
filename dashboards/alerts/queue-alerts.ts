import { heartbeatEverySeconds, knownWithinSeconds } from "../../src/contract/queues.ts";
import { type Alert, overviewOfQueue } from "./alert.ts";
import {
  backlogJobs,
  fastBurnFactor,
  heartbeatAgeSeconds,
  oldestWaitingSeconds,
  percent,
  utilizationRatio,
  waitObjective,
} from "../objectives.ts";
import { anyOf, bucketsOf, countOf, increase, max, rate, series, sum } from "../query/promql.ts";
import { recorded } from "./recordings.ts";

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
  return `(1 - ${within} / ${all}) > ${fastBurnFactor} * ${budget}`;
}

/** Alerts on a queue that does not move, or not fast enough. */
export const queueAlerts: readonly Alert[] = [
  {
    name: "TaskQueueNoWorkers",
    expr: `${workers} == 0 and on (queue) ${unfinished} > 0 ${unlessPaused}`,
    for: "2m",
    severity: "critical",
    summary: "No worker is connected to {{ $labels.queue }} although jobs are waiting",
    meaning: "Jobs are accepted and kept, but nothing runs them.",
    firstLook: "Is the worker process up, and what did it log last?",
    remedy: "Start it. If it exits again, its log says why: usually configuration or Redis.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueJobsUnknownToWorkers",
    expr: `${sum(increase(series("jobsPostponed"), "2m"), byQueue)} > 0`,
    for: "2m",
    severity: "warning",
    summary: "Jobs in {{ $labels.queue }} wait for a worker that knows them",
    meaning: `The producer took jobs whose task this release of the worker does not have, or whose input it refuses. They fail as unknown_task after ${knownWithinSeconds / 60} minutes.`,
    firstLook:
      "What the worker logged last (the line names the task), and both services' releases.",
    remedy: "Finish the release, or roll it back, on both services.",
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
    meaning:
      "Jobs are waiting and workers are connected, but none is running a job or has ended one.",
    firstLook: "The worker's log since its last job; a Redis outage just before is typical.",
    remedy:
      "Restart the worker. It exits by itself after a minute and is restarted: find out why that did not help.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueHeartbeatStale",
    expr: `time() - ${max(series("heartbeatLastProcessed"), byQueue)} > ${heartbeatAgeSeconds.limit} ${unlessPaused}`,
    for: "1m",
    severity: "critical",
    summary:
      "No heartbeat has come through {{ $labels.queue }} for {{ $value | humanizeDuration }}",
    meaning: `The job that is sent through the queue every ${heartbeatEverySeconds} seconds no longer arrives. On an idle queue this is the only sign of trouble.`,
    firstLook: "Connected workers, and the age of the oldest waiting job.",
    remedy: "Restart the worker. If jobs wait for long, too, see the alerts on the backlog.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobTooOld",
    expr: `${oldestAge} > ${oldestWaitingSeconds.limit} ${unlessPaused}`,
    for: "5m",
    severity: "warning",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: `Jobs that are ready to run wait for more than ${oldestWaitingSeconds.limit} seconds.`,
    firstLook: "Slots needed and available, and the workers' utilization.",
    remedy: "Add a worker or slots. If workers are idle, look for jobs that hang.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobMuchTooOld",
    expr: `${oldestAge} > ${oldestWaitingSeconds.extreme} ${unlessPaused}`,
    for: "5m",
    severity: "warning",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: `Jobs that are ready to run wait for more than ${oldestWaitingSeconds.extreme / 60} minutes; submitters have noticed.`,
    firstLook: "Slots needed and available, and the workers' utilization.",
    remedy: "Add workers now; consider refusing submissions with a lower MAX_QUEUE_DEPTH.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueBacklogGrowing",
    expr: [
      `${recorded("backlog")} > ${backlogJobs.warning}`,
      `and on (queue) (deriv(${recorded("backlog")}[30m]) > 0)`,
      `and on (queue) ${recorded("utilization")} > ${utilizationRatio.limit}`,
    ].join("\n"),
    for: "15m",
    severity: "warning",
    summary: "{{ $value }} jobs are waiting in {{ $labels.queue }}, with more every minute",
    meaning: "More jobs arrive than the workers can run, although they are busy.",
    firstLook: "In and out: who submits so many jobs, and since when?",
    remedy: "Add a worker, or have the submitter slow down.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWaitSLOFastBurn",
    expr: `${missedObjective("5m")}\nand on (queue) ${missedObjective("1h")}`,
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the jobs in {{ $labels.queue }} start late",
    meaning: `The objective is that ${percent(waitObjective.ratio)} of jobs start within ${waitObjective.seconds} s. At this rate a month's error budget is gone in two days.`,
    firstLook: "Waiting, and slots needed and available.",
    remedy: "Add a worker, or spread out bursts of submissions.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueuePausedTooLong",
    expr: `${max(series("queuePaused"), byQueue)} == 1`,
    for: "1h",
    severity: "warning",
    summary: "{{ $labels.queue }} has been paused for more than an hour",
    meaning:
      "Somebody paused the queue: jobs are accepted, none is started, and alerts on waiting jobs are silent.",
    firstLook: "Who paused it, and is that still wanted?",
    remedy: "Resume it in Bull Board (with BOARD_READ_ONLY=false).",
    dashboard: overviewOfQueue,
  },
];
