import { type Alert, detailOfTask, detailOfWorker, overviewOfQueue } from "./alert.ts";
import {
  callbackFailureRatio,
  failureRatio,
  mistakeJobs,
  percent,
  retryRatio,
  runningJobSeconds,
  slowdown,
  utilizationRatio,
} from "../objectives.ts";
import { callerClasses, faultlessClasses } from "../panels/blame.ts";
import {
  anyOf,
  countOf,
  increase,
  max,
  noneOf,
  quantile,
  rate,
  series,
  sum,
} from "../query/promql.ts";
import { recorded } from "./recordings.ts";

const byTask = ["queue", "task"] as const;
/** One worker of five that fails always is a fifth of all attempts, and all of its own. */
const byWorkersTask = [...byTask, "instance"];

/** Failures that are a fault of ours; mistakes of submitters, and what they cancelled, are none. */
const faults = series("jobsFinished", {
  outcome: "failed",
  error_type: noneOf(...faultlessClasses),
});
const mistakes = series("jobsFinished", { outcome: "failed", error_type: anyOf(...callerClasses) });

const failedTries = series("callbacks", { outcome: anyOf("failed", "given_up") });
const tries = series("callbacks", { outcome: anyOf("delivered", "failed", "given_up") });

const attempts = countOf("jobProcessingDuration");
/**
 * Each attempt is counted by one of these, which a worker exports from its start on: a histogram is
 * born with its first attempts, so that no rate has them.
 */
const [retries, ends] = [series("jobRetries"), series("jobsFinished")];
const recentP95 = quantile(0.95, "jobProcessingDuration", { by: byTask, window: "10m" });
const yesterdaysP95 = quantile(0.95, "jobProcessingDuration", { by: byTask, window: "1h" }).replace(
  "[1h]",
  "[1h] offset 1d",
);

/** Alerts on tasks that fail, hang or slow down, and on the workers' capacity. */
export const taskAlerts: readonly Alert[] = [
  {
    name: "TaskQueueHighFailureRatio",
    expr: [
      `${sum(increase(faults, "10m"), byTask)} / ${sum(increase(series("jobsFinished"), "10m"), byTask)} > ${failureRatio.limit}`,
      `and on (queue, task) ${sum(increase(series("jobsFinished"), "10m"), byTask)} >= ${failureRatio.minJobs}`,
    ].join("\n"),
    for: "1m",
    severity: "warning",
    summary:
      "{{ $value | humanizePercentage }} of {{ $labels.task }} jobs fail through a fault of ours",
    meaning: `More than ${percent(failureRatio.limit)} of a task's jobs failed for good within ten minutes; submitters' mistakes do not count.`,
    firstLook: "Failures by class, then one failed attempt's trace.",
    remedy:
      "By class: dependency, fix what the task calls; timeout, its limit or its work; _OTHER, the code.",
    dashboard: detailOfTask,
  },
  {
    name: "TaskQueueUserErrorSpike",
    expr: `${sum(increase(mistakes, "15m"), [...byTask, "error_type"])} > ${mistakeJobs}`,
    for: "5m",
    severity: "info",
    summary:
      "{{ $value | humanize }} {{ $labels.task }} jobs ended as {{ $labels.error_type }} within 15 minutes",
    meaning: "Many submissions can never succeed. Nothing of ours is broken.",
    firstLook: "Submissions by outcome: a broken program sends them steadily.",
    remedy: "Tell whoever submits them; have the task's schema refuse what it can.",
    dashboard: detailOfTask,
  },
  {
    name: "TaskQueueRetryStorm",
    expr: [
      `${sum(rate(retries, "10m"), byWorkersTask)} / (${sum(rate(retries, "10m"), byWorkersTask)} + ${sum(rate(ends, "10m"), byWorkersTask)}) > ${retryRatio.limit}`,
      `and on (${byWorkersTask.join(",")}) ${sum(increase(retries, "10m"), byWorkersTask)} >= ${retryRatio.minRetries}`,
    ].join("\n"),
    for: "10m",
    severity: "warning",
    summary:
      "{{ $value | humanizePercentage }} of {{ $labels.task }}'s attempts on {{ $labels.instance }} are retried",
    meaning: `More than ${percent(retryRatio.limit)} of a worker's attempts fail and are retried: capacity goes into work that fails.`,
    firstLook: "Retries by class, then one failed attempt's trace. Is it one worker, or all?",
    remedy:
      "All: fix what the task depends on; pause the queue if that takes long. One: stop it and replace its host.",
    dashboard: detailOfTask,
  },
  {
    name: "TaskQueueCallbacksFail",
    expr: [
      `${sum(increase(failedTries, "15m"), ["queue"])} / ${sum(increase(tries, "15m"), ["queue"])} > ${callbackFailureRatio.limit}`,
      `and on (queue) ${sum(increase(tries, "15m"), ["queue"])} >= ${callbackFailureRatio.minTries}`,
    ].join("\n"),
    for: "5m",
    severity: "warning",
    summary: "{{ $value | humanizePercentage }} of {{ $labels.queue }}'s callbacks fail",
    meaning: `More than ${percent(callbackFailureRatio.limit)} of the tries to tell submitters' servers of their jobs' ends fail. Each is repeated for about a day, then given up.`,
    firstLook: "The producer's log: its lines say why. Is it one receiver's host, or all of them?",
    remedy:
      "All: the producer's way to the internet, its name servers. One: tell its owner; nothing of ours is broken.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueStalledJobs",
    expr: `${sum(increase(series("jobsStalled"), "15m"), ["queue"])} > 0`,
    severity: "warning",
    summary: "Jobs in {{ $labels.queue }} lost their worker",
    meaning:
      "A worker vanished while it ran jobs, or was blocked past its tasks' time limits; another one took them over, so part of their work was done twice.",
    firstLook: "Restarts of workers, their memory, and blocks by task.",
    remedy: "Out of memory: a larger host or fewer slots. Blocked: declare the task isolated.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueTaskBlocks",
    expr: `${sum(increase(series("taskBlocked"), "15m"), byTask)} > 0`,
    severity: "warning",
    summary: "{{ $labels.task }} blocked its worker for {{ $value | humanizeDuration }}",
    meaning:
      "A task computed for a second or more without a pause. Whatever else its worker runs waits for it, health checks included.",
    firstLook: "The worker's log: the line says what ran, and for how long.",
    remedy: "Declare the task isolated, so that it computes in a process of its own.",
    dashboard: detailOfTask,
  },
  {
    name: "TaskQueueJobHung",
    expr: `${max(series("workerOldestActiveJobAge"), ["queue", "instance"])} > ${runningJobSeconds.limit}`,
    for: "5m",
    severity: "warning",
    summary: "A job on {{ $labels.instance }} has run for {{ $value | humanizeDuration }}",
    meaning: "A job has run far longer than tasks are meant to, and it occupies a slot.",
    firstLook: "Bull Board's active jobs, and that job's trace.",
    remedy: "Give the task a shorter time limit; a restart of the worker hands the job back.",
    dashboard: detailOfWorker,
  },
  {
    name: "TaskQueueWorkersSaturated",
    expr: `${recorded("utilization")} > ${utilizationRatio.limit}`,
    for: "15m",
    severity: "warning",
    summary: "The workers of {{ $labels.queue }} are {{ $value | humanizePercentage }} busy",
    meaning:
      "Nearly every slot has been busy for a quarter of an hour; any burst will have to wait.",
    firstLook: "Slots needed and available.",
    remedy: "Add a worker, or slots if tasks mostly wait for something else.",
    dashboard: overviewOfQueue,
  },
  {
    name: "TaskQueueProcessingSlow",
    expr: [
      `${recentP95} > ${slowdown.factor} * ${yesterdaysP95}`,
      `and on (queue, task) ${recentP95} > ${slowdown.minSeconds}`,
      `and on (queue, task) ${sum(increase(attempts, "10m"), byTask)} >= ${slowdown.minJobs}`,
    ].join("\n"),
    for: "15m",
    severity: "info",
    summary: "{{ $labels.task }} takes {{ $value | humanizeDuration }} (p95), twice yesterday's",
    meaning: `Attempts take more than twice as long as at this time yesterday, and more than ${slowdown.minSeconds} s.`,
    firstLook: "Releases since yesterday, and a slow attempt's trace.",
    remedy: "Roll the release back, or look at what the task depends on.",
    dashboard: detailOfTask,
  },
];
