import {
  type AlertCase,
  type QuietCase,
  upDownUp,
  fromProducer,
  fromWorker,
  ofDivide,
  ofQueue,
} from "./alert-case.ts";

const queue = { queue: "default" };
const ofReport = `${ofQueue},schedule="report"`;

export const queueCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueNoWorkers",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: upDownUp,
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
    },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [{ labels: queue, summary: "No worker is connected to default" }],
    resolvedAt: "16m",
    below: { [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x4 0 1x19" },
  },
  {
    alert: "TaskQueueJobsUnknownToWorkers",
    series: {
      [`taskqueue_jobs_postponed_total{${fromWorker},${ofQueue},task="_OTHER"}`]: "0x4 4+4x9 40x9",
    },
    quietAt: ["4m", "6m"],
    firesAt: "9m",
    firing: [{ labels: queue, summary: "Jobs in default wait for a worker that knows them" }],
    resolvedAt: "18m",
    below: {
      [`taskqueue_jobs_postponed_total{${fromWorker},${ofQueue},task="_OTHER"}`]: "0x4 1x19",
    },
  },
  {
    alert: "TaskQueueWorkerWedged",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="active"}`]: upDownUp,
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+10x4 40x9 50+10x9",
      // What is cancelled while it waits ends without a worker.
      [`taskqueue_jobs_finished_total{${fromProducer},${ofDivide},outcome="failed",error_type="cancelled_by_user"}`]:
        "0+10x24",
    },
    quietAt: ["4m", "8m"],
    firesAt: "10m",
    firing: [{ labels: queue, summary: "Workers of default are connected but start nothing" }],
    resolvedAt: "16m",
    below: {
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+10x4 40 40 41 41 42 42 43 43 44x9",
    },
  },
  {
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]:
        "0+60x4 240x9 900+60x9",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_worker_active_jobs{${fromWorker},${ofQueue}}`]: "3x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x24",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "7x24",
    },
    quietAt: ["4m", "8m"],
    firesAt: "10m",
    firing: [
      {
        labels: queue,
        summary: "No heartbeat comes through default although a worker has a free slot",
      },
    ],
    resolvedAt: "16m",
    below: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]:
        "0+60x4 240x3 480+60x15",
    },
  },
  {
    alert: "TaskQueueOldestJobTooOld",
    series: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},${ofQueue}}`]:
        "5x4 90x9 5x9",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [{ labels: queue, summary: "A job in default has waited for 1m 30s" }],
    resolvedAt: "16m",
    below: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},${ofQueue}}`]:
        "5x4 60x9 5x9",
    },
  },
  {
    alert: "TaskQueueOldestJobMuchTooOld",
    series: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},${ofQueue}}`]:
        "5x4 900x9 90x9",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [{ labels: queue, summary: "A job in default has waited for 15m 0s" }],
    resolvedAt: "16m",
    below: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},${ofQueue}}`]:
        "5x4 600x9 90x9",
    },
  },
  {
    alert: "TaskQueueBacklogGrowing",
    series: {
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0+20x40 0x20",
      [`taskqueue_worker_busy_seconds_total{${fromWorker},${ofQueue}}`]: "0+588x60",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x60",
    },
    quietAt: ["5m", "20m"],
    firesAt: "30m",
    firing: [{ labels: queue, summary: "600 jobs are waiting in default, with more every minute" }],
    resolvedAt: "42m",
    below: { [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0+2x40 0x20" },
  },
  {
    alert: "TaskQueueWaitSLOFastBurn",
    series: {
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},${ofDivide},le="10"}`]:
        "0+10x60 600x60 610+10x60",
      [`taskqueue_job_wait_duration_seconds_count{${fromWorker},${ofDivide}}`]: "0+10x181",
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},queue="slow",task="divide",le="300.0"}`]:
        "0+10x60 600x60 610+10x60",
      [`taskqueue_job_wait_duration_seconds_count{${fromWorker},queue="slow",task="divide"}`]:
        "0+10x181",
    },
    quietAt: ["60m", "62m"],
    firesAt: "90m",
    firing: ["default", "slow"].map((name) => ({
      labels: { queue: name },
      summary: `45.9% of the jobs in ${name} start late`,
    })),
    resolvedAt: "165m",
    // 5.9 % late for hours.
    below: {
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},${ofDivide},le="10"}`]:
        "0+9.41x181",
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},queue="slow",task="divide",le="300.0"}`]:
        "0+9.41x181",
    },
  },
  {
    alert: "TaskQueueWaitSLOSlowBurn",
    interval: "10m",
    series: {
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},${ofDivide},le="10"}`]:
        "0+10x1440 14400+9.5x4320 55440+10x1440",
      [`taskqueue_job_wait_duration_seconds_count{${fromWorker},${ofDivide}}`]: "0+10x7202",
    },
    quietAt: ["1440m", "1800m"],
    firesAt: "5760m",
    firing: [{ labels: queue, summary: "5% of the jobs in default start late" }],
    resolvedAt: "7200m",
    // The objective itself: 1 % late.
    below: {
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},${ofDivide},le="10"}`]:
        "0+9.91x7202",
    },
  },
  {
    alert: "TaskQueueScheduleLate",
    series: { [`taskqueue_schedule_late_seconds{${fromProducer},${ofReport}}`]: "0x4 60+60x9 0x9" },
    quietAt: ["4m", "6m", "7m"],
    firesAt: "9m",
    firing: [
      {
        labels: { ...queue, schedule: "report" },
        summary: "The schedule report is late by 5m 0s",
      },
    ],
    resolvedAt: "16m",
    below: { [`taskqueue_schedule_late_seconds{${fromProducer},${ofReport}}`]: "0x4 120x9 0x9" },
  },
  {
    alert: "TaskQueuePausedTooLong",
    series: { [`taskqueue_queue_paused{${fromProducer},${ofQueue}}`]: "0x4 1x70 0x9" },
    quietAt: ["4m", "64m"],
    firesAt: "66m",
    firing: [{ labels: queue, summary: "default has been paused for more than an hour" }],
    resolvedAt: "77m",
    below: { [`taskqueue_queue_paused{${fromProducer},${ofQueue}}`]: "0x4 1x55 0x20" },
  },
];

export const queueQuietCases: readonly QuietCase[] = [
  {
    because: "a paused queue needs no workers",
    alert: "TaskQueueNoWorkers",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
      [`taskqueue_queue_paused{${fromProducer},${ofQueue}}`]: "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "on an empty queue a host may be replaced",
    alert: "TaskQueueNoWorkers",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x4 0x4 1x9",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0x24",
    },
    quietAt: ["6m", "9m", "11m", "14m"],
  },
  {
    because: "a worker that the queue's limits keep from its jobs is not wedged",
    alert: "TaskQueueWorkerWedged",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="active"}`]: "0x24",
      [`taskqueue_queue_held_back{${fromProducer},${ofQueue},limit="rate"}`]: "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "workers that operators have drained are not wedged",
    alert: "TaskQueueWorkerWedged",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="active"}`]: "0x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "0x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "workers that operators have drained take no heartbeat",
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "2x24",
      [`taskqueue_worker_active_jobs{${fromWorker},${ofQueue}}`]: "0x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "0x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "heartbeats wait with the jobs that the queue's limits hold back",
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_worker_active_jobs{${fromWorker},${ofQueue}}`]: "3x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x24",
      [`taskqueue_queue_held_back{${fromProducer},${ofQueue},limit="concurrency"}`]: "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a worker busy with long jobs is not wedged",
    alert: "TaskQueueWorkerWedged",
    series: {
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "5x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="active"}`]: "10x24",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "7x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a paused queue has no heartbeat",
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_paused{${fromProducer},${ofQueue}}`]: "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a queue that finishes jobs is alive, as where 2,200 jobs of 2 s wait before it",
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "2200-60x24",
      [`taskqueue_worker_active_jobs{${fromWorker},${ofQueue}}`]: "9x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x24",
      [`taskqueue_jobs_finished_total{${fromWorker},${ofDivide},outcome="succeeded",error_type=""}`]:
        "0+300x24",
    },
    quietAt: ["5m", "10m", "20m"],
  },
  {
    because: "long jobs in every slot let nothing by",
    alert: "TaskQueueHeartbeatStale",
    series: {
      [`taskqueue_heartbeat_last_processed_timestamp_seconds{${fromProducer},${ofQueue}}`]: "0x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "1x24",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="active"}`]: "10x24",
      [`taskqueue_worker_active_jobs{${fromWorker},${ofQueue}}`]: "10x24",
      [`taskqueue_worker_concurrency{${fromWorker},${ofQueue}}`]: "10x24",
    },
    quietAt: ["5m", "10m", "20m"],
  },
  {
    because: "TaskQueueNoWorkers tells of it",
    alert: "TaskQueueOldestJobMuchTooOld",
    series: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},${ofQueue}}`]: "900x24",
      [`taskqueue_queue_workers{${fromProducer},${ofQueue}}`]: "0x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "jobs of the slow queue may wait for half an hour",
    alert: "TaskQueueOldestJobTooOld",
    series: {
      [`taskqueue_queue_oldest_waiting_job_age_seconds{${fromProducer},queue="slow"}`]: "1800x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "one late job of six an hour is no trend",
    alert: "TaskQueueWaitSLOFastBurn",
    series: {
      [`taskqueue_job_wait_duration_seconds_bucket{${fromWorker},${ofDivide},le="10"}`]:
        "0x9 1x9 2x9 3x9 4x9 5x69",
      [`taskqueue_job_wait_duration_seconds_count{${fromWorker},${ofDivide}}`]:
        "0x9 1x9 2x9 3x9 4x9 5x9 6x59",
    },
    quietAt: ["60m", "62m", "64m", "66m"],
  },
];
