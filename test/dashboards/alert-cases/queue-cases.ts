import { type AlertCase, type QuietCase, upDownUp } from "./alert-case.ts";

const queue = { queue: "tasks" };

export const queueCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueNoWorkers",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': upDownUp,
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "5x24",
    },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [
      { labels: queue, summary: "No worker is connected to tasks although jobs are waiting" },
    ],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueJobsUnknownToWorkers",
    series: { 'taskqueue_jobs_postponed_total{queue="tasks",task="_OTHER"}': "0x4 4+4x9 40x9" },
    quietAt: ["4m", "6m"],
    firesAt: "9m",
    firing: [{ labels: queue, summary: "Jobs in tasks wait for a worker that knows them" }],
    resolvedAt: "18m",
  },
  {
    alert: "TaskQueueWorkerWedged",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': "1x24",
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "5x24",
      'taskqueue_queue_jobs{queue="tasks",state="active"}': upDownUp,
      'taskqueue_jobs_finished_total{queue="tasks"}': "0+10x4 40x9 50+10x9",
    },
    quietAt: ["4m", "8m"],
    firesAt: "10m",
    firing: [{ labels: queue, summary: "Workers of tasks are connected but start nothing" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueHeartbeatStale",
    series: {
      'taskqueue_heartbeat_last_processed_timestamp_seconds{queue="tasks"}':
        "0+60x4 240x9 900+60x9",
    },
    quietAt: ["4m", "8m"],
    firesAt: "10m",
    firing: [{ labels: queue, summary: "No heartbeat has come through tasks for 6m 0s" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueOldestJobTooOld",
    series: {
      'taskqueue_queue_oldest_waiting_job_age_seconds{queue="tasks"}': "5x4 90x9 5x9",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [{ labels: queue, summary: "A job in tasks has waited for 1m 30s" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueOldestJobMuchTooOld",
    series: {
      'taskqueue_queue_oldest_waiting_job_age_seconds{queue="tasks"}': "5x4 900x9 90x9",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [{ labels: queue, summary: "A job in tasks has waited for 15m 0s" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueBacklogGrowing",
    series: {
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "0+20x40 0x20",
      'taskqueue_worker_busy_seconds_total{queue="tasks"}': "0+588x60",
      'taskqueue_worker_concurrency{queue="tasks"}': "10x60",
    },
    quietAt: ["5m", "20m"],
    firesAt: "30m",
    firing: [{ labels: queue, summary: "600 jobs are waiting in tasks, with more every minute" }],
    resolvedAt: "42m",
  },
  {
    alert: "TaskQueueWaitSLOFastBurn",
    series: {
      'taskqueue_job_wait_duration_seconds_bucket{queue="tasks",le="10"}':
        "0+10x60 600x60 610+10x20",
      'taskqueue_job_wait_duration_seconds_count{queue="tasks"}': "0+10x141",
      'taskqueue_job_wait_duration_seconds_bucket{queue="of Prometheus 3",le="10.0"}':
        "0+10x60 600x60 610+10x20",
      'taskqueue_job_wait_duration_seconds_count{queue="of Prometheus 3"}': "0+10x141",
    },
    quietAt: ["60m", "64m"],
    firesAt: "90m",
    firing: ["tasks", "of Prometheus 3"].map((name) => ({
      labels: { queue: name },
      summary: `100% of the jobs in ${name} start late`,
    })),
    resolvedAt: "130m",
  },
  {
    alert: "TaskQueuePausedTooLong",
    series: { 'taskqueue_queue_paused{queue="tasks"}': "0x4 1x70 0x9" },
    quietAt: ["4m", "64m"],
    firesAt: "66m",
    firing: [{ labels: queue, summary: "tasks has been paused for more than an hour" }],
    resolvedAt: "77m",
  },
];

export const queueQuietCases: readonly QuietCase[] = [
  {
    because: "a paused queue needs no workers",
    alert: "TaskQueueNoWorkers",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': "0x24",
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "5x24",
      'taskqueue_queue_paused{queue="tasks"}': "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "an empty queue needs no workers",
    alert: "TaskQueueNoWorkers",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': "0x24",
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "0x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a worker busy with long jobs is not wedged",
    alert: "TaskQueueWorkerWedged",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': "1x24",
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "5x24",
      'taskqueue_queue_jobs{queue="tasks",state="active"}': "10x24",
      'taskqueue_jobs_finished_total{queue="tasks"}': "7x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a paused queue has no heartbeat",
    alert: "TaskQueueHeartbeatStale",
    series: {
      'taskqueue_heartbeat_last_processed_timestamp_seconds{queue="tasks"}': "0x24",
      'taskqueue_queue_paused{queue="tasks"}': "1x24",
    },
    quietAt: ["20m"],
  },
];
