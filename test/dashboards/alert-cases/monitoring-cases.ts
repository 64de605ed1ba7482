import { type AlertCase, type QuietCase, upDownUp } from "./alert-case.ts";

const queue = { queue: "tasks" };
const worker = { job: "taskqueue-worker", instance: "10.0.1.20:9464" };

export const monitoringCases: readonly AlertCase[] = [
  {
    alert: "TargetDown",
    series: { 'up{job="taskqueue-worker",instance="10.0.1.20:9464"}': upDownUp },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [{ labels: worker, summary: "taskqueue-worker on 10.0.1.20:9464 cannot be scraped" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueMetricsBlind",
    series: {
      'taskqueue_queue_collect_errors_total{queue="tasks"}': "0x4 1+1x19 20x20",
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "0x44",
    },
    quietAt: ["4m", "9m"],
    firesAt: "12m",
    firing: [{ labels: queue, summary: "The state of the queue cannot be read" }],
    resolvedAt: "35m",
  },
  {
    alert: "NodeEventLoopBlocked",
    series: {
      'taskqueue_event_loop_lag_max_seconds{job="taskqueue-worker",instance="10.0.1.20:9464"}':
        "0.01x4 2x9 0.01x9",
    },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [
      {
        labels: worker,
        summary: "taskqueue-worker on 10.0.1.20:9464 is blocked for 2s at a time",
      },
    ],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueTelemetryLost",
    series: {
      'taskqueue_otlp_dropped_total{job="taskqueue-worker",instance="10.0.1.20:9464",signal="logs",reason="not_taken"}':
        "0x4 1+1x12 14x20",
    },
    quietAt: ["4m", "9m"],
    firesAt: "12m",
    firing: [
      {
        labels: { ...worker, signal: "logs" },
        summary: "logs of taskqueue-worker on 10.0.1.20:9464 are lost",
      },
    ],
    resolvedAt: "25m",
  },
  {
    alert: "TaskQueueClockSkew",
    series: {
      'taskqueue_clock_skew_seconds{job="taskqueue-worker",instance="10.0.1.20:9464"}':
        "0.001x4 -7200x14 0.001x9",
      'taskqueue_clock_skew_seconds{job="taskqueue-producer",instance="10.0.1.10:9465"}': "1.9x29",
    },
    quietAt: ["4m", "9m"],
    firesAt: "12m",
    firing: [
      {
        labels: worker,
        summary: "The clock of taskqueue-worker on 10.0.1.20:9464 is 2h 0m 0s off",
      },
    ],
    resolvedAt: "21m",
  },
  {
    alert: "TaskQueueVersionSkew",
    series: {
      'taskqueue_build_info{job="taskqueue-worker",bullmq_version="6.7.0"}': "1x60",
      'taskqueue_build_info{job="taskqueue-producer",bullmq_version="6.8.0"}': "_x5 1x40 stale",
    },
    quietAt: ["4m", "34m"],
    firesAt: "37m",
    firing: [{ labels: {}, summary: "2 versions of BullMQ share one queue" }],
    resolvedAt: "48m",
  },
  {
    alert: "HostDiskFilling",
    series: {
      'node_filesystem_avail_bytes{instance="redis",mountpoint="/data",fstype="ext4"}':
        "50x4 5x19 50x9",
      'node_filesystem_size_bytes{instance="redis",mountpoint="/data",fstype="ext4"}': "100x40",
    },
    quietAt: ["4m", "14m"],
    firesAt: "16m",
    firing: [
      { labels: { instance: "redis", mountpoint: "/data" }, summary: "/data on redis has 5% left" },
    ],
    resolvedAt: "26m",
  },
];

export const monitoringQuietCases: readonly QuietCase[] = [
  {
    because: "an exporter is no service of ours",
    alert: "TargetDown",
    series: { 'up{job="redis",instance="localhost:9121"}': "0x24" },
    quietAt: ["20m"],
  },
  {
    because: "a receiver that was started anew loses one batch",
    alert: "TaskQueueTelemetryLost",
    series: {
      'taskqueue_otlp_dropped_total{job="taskqueue-worker",instance="10.0.1.20:9464",signal="logs",reason="not_taken"}':
        "0x4 300x20",
    },
    quietAt: ["6m", "9m", "12m"],
  },
  {
    because: "a file system in memory is meant to be small",
    alert: "HostDiskFilling",
    series: {
      'node_filesystem_avail_bytes{instance="redis",mountpoint="/run",fstype="tmpfs"}': "1x24",
      'node_filesystem_size_bytes{instance="redis",mountpoint="/run",fstype="tmpfs"}': "100x24",
    },
    quietAt: ["20m"],
  },
];
