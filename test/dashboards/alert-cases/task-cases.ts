import { faultlessClasses } from "../../../dashboards/panels/blame.ts";
import {
  type AlertCase,
  type QuietCase,
  fromProducer,
  fromWorker,
  ofDivide,
  ofQueue,
} from "./alert-case.ts";

const queue = { queue: "default" };
const divide = { queue: "default", task: "divide" };
const worker = { job: "taskqueue-worker", instance: "10.0.1.20:9464" };

export const taskCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueHighFailureRatio",
    series: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+10x40",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="_OTHER"}`]:
        "0x9 2+2x9 20x20",
    },
    quietAt: ["9m", "11m"],
    firesAt: "19m",
    firing: [{ labels: divide, summary: "16.67% of divide jobs fail through a fault of ours" }],
    resolvedAt: "35m",
    below: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+40x40",
    },
  },
  {
    alert: "TaskQueueUserErrorSpike",
    series: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="division_by_zero"}`]:
        "0+10x30 300x40",
    },
    quietAt: ["5m", "10m"],
    firesAt: "20m",
    firing: [
      {
        labels: { ...divide, error_type: "division_by_zero" },
        summary: "150 divide jobs ended as division_by_zero within 15 minutes",
      },
    ],
    resolvedAt: "50m",
    below: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="division_by_zero"}`]:
        "0+3x30 90x40",
    },
  },
  {
    alert: "TaskQueueRetryStorm",
    series: {
      // One worker of five.
      [`taskqueue_job_retries_total{${fromWorker},${ofDivide},error_type="dependency"}`]:
        "0+10x30 300x30",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="dependency"}`]:
        "0x30 0+10x30",
      [`taskqueue_jobs_finished_total{job="taskqueue-worker",instance="10.0.1.21:9464",${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+40x60",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [
      {
        labels: { ...divide, instance: worker.instance },
        summary: "100% of divide's attempts on 10.0.1.20:9464 are retried",
      },
    ],
    resolvedAt: "45m",
    below: {
      [`taskqueue_job_retries_total{${fromWorker},${ofDivide},error_type="dependency"}`]:
        "0+2x30 60x30",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="dependency"}`]:
        "0+8x60",
    },
  },
  {
    alert: "TaskQueueCallbacksFail",
    series: {
      [`taskqueue_callbacks_total{${fromProducer},${ofQueue},outcome="failed"}`]: "0+9x30 270x40",
      [`taskqueue_callbacks_total{${fromProducer},${ofQueue},outcome="delivered"}`]: "0+3x70",
    },
    quietAt: ["4m"],
    firesAt: "20m",
    firing: [{ labels: queue, summary: "75% of default's callbacks fail" }],
    resolvedAt: "60m",
    below: {
      [`taskqueue_callbacks_total{${fromProducer},${ofQueue},outcome="failed"}`]: "0+3x70",
      [`taskqueue_callbacks_total{${fromProducer},${ofQueue},outcome="delivered"}`]: "0+9x70",
    },
  },
  {
    alert: "TaskQueueStalledJobs",
    series: { [`taskqueue_jobs_stalled_total{${fromWorker},${ofQueue}}`]: "0x4 2x40" },
    quietAt: ["4m"],
    firesAt: "6m",
    firing: [{ labels: queue, summary: "Jobs in default lost their worker" }],
    resolvedAt: "25m",
    below: { [`taskqueue_jobs_stalled_total{${fromWorker},${ofQueue}}`]: "2x45" },
  },
  {
    alert: "TaskQueueTaskBlocks",
    series: { [`taskqueue_task_blocked_seconds_total{${fromWorker},${ofDivide}}`]: "0x4 14x40" },
    quietAt: ["4m"],
    firesAt: "6m",
    firing: [{ labels: divide, summary: "divide blocked its worker for 14s" }],
    resolvedAt: "25m",
    below: { [`taskqueue_task_blocked_seconds_total{${fromWorker},${ofDivide}}`]: "14x45" },
  },
  {
    alert: "TaskQueueJobHung",
    series: {
      [`taskqueue_worker_oldest_active_job_age_seconds{${fromWorker},${ofQueue}}`]: "5x4 700x9 5x9",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [
      {
        labels: { ...queue, instance: worker.instance },
        summary: "A job on 10.0.1.20:9464 has run for 11m 40s",
      },
    ],
    resolvedAt: "16m",
    below: {
      [`taskqueue_worker_oldest_active_job_age_seconds{${fromWorker},${ofQueue}}`]: "5x4 600x9 5x9",
    },
  },
  {
    alert: "TaskQueueWorkersSaturated",
    series: {
      [`taskqueue_worker_busy_seconds_total{${fromWorker},${ofQueue}}`]: "0+588x30 17640x30",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x60",
    },
    quietAt: ["0m", "19m"],
    firesAt: "25m",
    firing: [{ labels: queue, summary: "The workers of default are 98% busy" }],
    resolvedAt: "40m",
    below: {
      [`taskqueue_worker_busy_seconds_total{${fromWorker},${ofQueue}}`]: "0+534x30 16020x30",
    },
  },
  {
    alert: "TaskQueueProcessingSlow",
    interval: "5m",
    series: {
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="1"}`]:
        "0+10x1440 14400x40 14410+10x20",
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="5"}`]:
        "0+10x1502",
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="+Inf"}`]:
        "0+10x1502",
      [`taskqueue_job_processing_duration_seconds_count{${fromWorker},${ofDivide},outcome="succeeded"}`]:
        "0+10x1502",
    },
    quietAt: ["1440m", "1455m"],
    firesAt: "1465m",
    firing: [{ labels: divide, summary: "divide takes 4.8s (p95), twice yesterday's" }],
    resolvedAt: "1500m",
    below: {
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="5"}`]:
        "0x1502",
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="1"}`]:
        "0+10x1502",
    },
  },
];

export const taskQuietCases: readonly QuietCase[] = [
  {
    because: "submitters' mistakes, and what they cancel, are no faults of ours",
    alert: "TaskQueueHighFailureRatio",
    series: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+10x40",
      ...Object.fromEntries(
        faultlessClasses.map((name) => [
          `taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="${name}"}`,
          "0+10x40",
        ]),
      ),
    },
    quietAt: ["20m", "30m"],
  },
  {
    because: "nobody has made a mistake who cancels what was submitted",
    alert: "TaskQueueUserErrorSpike",
    series: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="cancelled_by_user"}`]:
        "0+10x30",
    },
    quietAt: ["20m", "25m"],
  },
  {
    because: "one of three jobs is no ratio",
    alert: "TaskQueueHighFailureRatio",
    series: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0x9 2x30",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="failed",error_type="_OTHER"}`]:
        "0x9 1x30",
    },
    quietAt: ["12m", "18m"],
  },
  {
    because: "a single retry of two attempts is no storm",
    alert: "TaskQueueRetryStorm",
    series: {
      [`taskqueue_job_retries_total{${fromWorker},${ofDivide},error_type="dependency"}`]:
        "0x4 1 1 1 2 2 2 3 3 3 4 4 4 5 5 5 6x30",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0x4 1 1 1 2 2 2 3 3 3 4 4 4 5 5 5 6x30",
    },
    quietAt: ["14m", "18m", "22m"],
  },
  {
    because: "the first thousand jobs to succeed, after five minutes of retries, are attempts too",
    alert: "TaskQueueRetryStorm",
    interval: "15s",
    series: {
      [`taskqueue_job_retries_total{${fromWorker},${ofDivide},error_type="dependency"}`]:
        "0x4 12+0.3x80",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0x24 1000+1.25x60",
      // As they were seen: a histogram's series begin with their first attempts.
      [`taskqueue_job_processing_duration_seconds_count{${fromWorker},${ofDivide},outcome="retried"}`]:
        "_x5 12+0.3x80",
      [`taskqueue_job_processing_duration_seconds_count{${fromWorker},${ofDivide},outcome="succeeded"}`]:
        "_x25 1000+1.25x60",
    },
    quietAt: ["5m", "12m", "14m"],
  },
  {
    because: "10 ms after 5 ms are twice as long, and quick",
    alert: "TaskQueueProcessingSlow",
    interval: "5m",
    series: {
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="0.005"}`]:
        "0+10x1440 14400x40",
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="0.025"}`]:
        "0+10x1482",
      [`taskqueue_job_processing_duration_seconds_bucket{${fromWorker},${ofDivide},outcome="succeeded",le="+Inf"}`]:
        "0+10x1482",
      [`taskqueue_job_processing_duration_seconds_count{${fromWorker},${ofDivide},outcome="succeeded"}`]:
        "0+10x1482",
    },
    quietAt: ["1465m", "1475m"],
  },
];
