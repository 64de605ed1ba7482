import { heartbeatEverySeconds, knownWithinSeconds, queues } from "../../src/contract/queues.ts";
import { type Alert, overviewOfQueue } from "./alert.ts";
import {
  backlogJobs,
  burnRates,
  heartbeatAgeSeconds,
  minLateJobs,
  oldestWaitingOf,
  percent,
  scheduleLateSeconds,
  startedInTimeRatio,
  utilizationRatio,
} from "../objectives.ts";
import { wantedClasses } from "../panels/blame.ts";
import { anyOf, increase, max, noneOf, series, sum } from "../query/promql.ts";
import { recorded } from "./recordings.ts";

const byQueue = ["queue"] as const;
const paused = `(${max(series("queuePaused"), byQueue)} == 1)`;
const unlessPaused = `unless on (queue) ${paused}`;
const unfinished = sum(
  recorded("jobs", { state: anyOf("waiting", "prioritized", "active") }),
  byQueue,
);
const workers = max(series("queueWorkers"), byQueue);
/** Without any job nobody waits yet: a host that is replaced may have as long. */
const idleMinutes = 5;

/** Queues whose oldest job has waited for longer than theirs may. */
function waitsBeyond(limit: "limit" | "extreme"): string {
  const each = Object.entries(queues).map(([queue, { startWithinSeconds }]) => {
    const age = max(series("oldestWaitingJobAge", { queue }), byQueue);
    return `${age} > ${oldestWaitingOf(startWithinSeconds)[limit]}`;
  });
  return `(${each.join("\nor ")})`;
}

/** Each queue with a time of its own: "default: 10 s, slow: 300 s". */
function listSeconds(secondsOf: (startWithinSeconds: number) => number): string {
  return Object.entries(queues)
    .map(([name, { startWithinSeconds }]) => `${name}: ${secondsOf(startWithinSeconds)} s`)
    .join(", ");
}

const objective = `The objective is that ${percent(startedInTimeRatio)} of jobs start in time (${listSeconds((seconds) => seconds)}).`;

/** By a worker: a job that is cancelled while it waits ends without any. */
const finished = series("jobsFinished", { error_type: noneOf(...wantedClasses) });
const finishing = `(${sum(increase(finished, "3m"), byQueue)} > 0)`;
const everySlotBusy = `(${sum(series("workerActiveJobs"), byQueue)} >= ${sum(series("workerConcurrency"), byQueue)})`;

/** Jobs wait for what the queue allows, and not for a worker. */
const heldBack = `(${max(series("queueHeldBack"), byQueue)} == 1)`;

/** Operators have all workers take no more jobs. */
const allDrained = `(${sum(series("workerConcurrency"), byQueue)} == 0)`;

/** Jobs wait, and workers are there, but none of them runs one or has ended one. */
const wedged = [
  `${recorded("backlog")} > 0`,
  `and on (queue) ${max(recorded("jobs", { state: "active" }), byQueue)} == 0`,
  `and on (queue) ${workers} > 0`,
  `unless on (queue) ${finishing}`,
  `unless on (queue) ${heldBack}`,
  `unless on (queue) ${allDrained}`,
].join("\n");

const heartbeat = max(series("heartbeatLastProcessed"), byQueue);
/** Heartbeats that are overdue, or have never come through since a worker is there. */
const noHeartbeat = [
  `time() - ${heartbeat} > ${heartbeatAgeSeconds.limit}`,
  `or on (queue) (${max(`${series("queueWorkers")} offset ${heartbeatAgeSeconds.limit / 60}m`, byQueue)} unless on (queue) ${heartbeat})`,
].join("\n");

const budget = Number((1 - startedInTimeRatio).toFixed(4));

/** The mean over the window of jobs that start late in a second, and of all that start. */
function meanOver(key: "lateWaits" | "waits", window: string): string {
  return `avg_over_time(${recorded(key)}[${window}])`;
}

function burns({ factor, long, short }: (typeof burnRates)[keyof typeof burnRates][number]) {
  const share = (window: string) =>
    `${meanOver("lateWaits", window)} / ${meanOver("waits", window)} > ${factor} * ${budget}`;
  return [
    share(long),
    `and on (queue) ${share(short)}`,
    `and on (queue) ${meanOver("lateWaits", long)} * ${secondsOf[long]} >= ${minLateJobs}`,
  ].join(" ");
}

const secondsOf = { "1h": 3_600, "6h": 21_600, "1d": 86_400, "3d": 259_200 } as const;

/** Alerts on a queue that does not move, or not fast enough. */
export const queueAlerts: readonly Alert[] = [
  {
    name: "TaskQueueNoWorkers",
    expr: [
      `${workers} == 0`,
      `and on (queue) (${unfinished} > 0 or ${max(`max_over_time(${series("queueWorkers")}[${idleMinutes}m])`, byQueue)} == 0)`,
      unlessPaused,
    ].join("\n"),
    for: "2m",
    severity: "critical",
    summary: "No worker is connected to {{ $labels.queue }}",
    meaning: `Jobs are accepted and kept, but nothing runs them. On an empty queue this is told after ${idleMinutes} minutes more.`,
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
    expr: `${wedged}\n${unlessPaused}`,
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
    expr: [
      `(${noHeartbeat})`,
      `and on (queue) ${workers} > 0`,
      `unless on (queue) ${everySlotBusy}`,
      `unless on (queue) ${finishing}`,
      `unless on (queue) ${heldBack}`,
      `unless on (queue) (${wedged})`,
      unlessPaused,
    ].join("\n"),
    for: "1m",
    severity: "critical",
    summary: "No heartbeat comes through {{ $labels.queue }} although a worker has a free slot",
    meaning: `The job that is sent through the queue every ${heartbeatEverySeconds} seconds no longer arrives, though workers are connected, one of them has a free slot, and nothing ends. On an idle queue this is the only sign of trouble.`,
    firstLook: "The worker's log since the last heartbeat; a Redis outage just before is typical.",
    remedy: "Restart the worker.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobTooOld",
    expr: `${waitsBeyond("limit")} ${unlessPaused}`,
    for: "5m",
    severity: "warning",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: `Jobs that are ready to run wait for too long (${listSeconds((seconds) => oldestWaitingOf(seconds).limit)}).`,
    firstLook: "Slots needed and available, and the workers' utilization.",
    remedy: "Add a worker or slots. If workers are idle, look for jobs that hang.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueOldestJobMuchTooOld",
    expr: [
      waitsBeyond("extreme"),
      `and on (queue) ${workers} > 0`,
      `unless on (queue) (${wedged})`,
      unlessPaused,
    ].join("\n"),
    for: "5m",
    severity: "critical",
    summary: "A job in {{ $labels.queue }} has waited for {{ $value | humanizeDuration }}",
    meaning: `Jobs that are ready to run wait for far too long (${listSeconds((seconds) => oldestWaitingOf(seconds).extreme)}), though workers run: submitters have noticed.`,
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
    expr: burnRates.fast.map(burns).join("\nor "),
    for: "2m",
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the jobs in {{ $labels.queue }} start late",
    meaning: `${objective} At this rate a month's error budget is gone in two to five days.`,
    firstLook: "Waiting, and slots needed and available.",
    remedy: "Add a worker, or spread out bursts of submissions.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueWaitSLOSlowBurn",
    expr: burnRates.slow.map(burns).join("\nor "),
    for: "15m",
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of the jobs in {{ $labels.queue }} start late",
    meaning: `${objective} For days more of them than that have started late: the month's error budget will be gone before its end.`,
    firstLook: "Waiting over the last days: at which hours, and who submits then?",
    remedy: "Add a worker, or have those submissions spread out.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueScheduleLate",
    expr: `${max(series("scheduleLate"), ["queue", "schedule"])} > ${scheduleLateSeconds.limit}`,
    for: "1m",
    severity: "warning",
    summary: "The schedule {{ $labels.schedule }} is late by {{ $value | humanizeDuration }}",
    meaning: `A slot of a schedule has no job, although it was due more than ${scheduleLateSeconds.limit} seconds ago: no worker keeps the schedule, or none can add jobs.`,
    firstLook:
      "Is a worker up that serves the queue and has the task? Its log says why it cannot keep the queue's schedules.",
    remedy:
      "Start such a worker, or make room in Redis. Once one is there, the task says what becomes of missed slots.",
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
