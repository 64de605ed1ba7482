import { type AlertCase, type QuietCase, fromProducer, fromWorker, ofQueue } from "./alert-case.ts";

const queue = { queue: "default" };
const producer = { job: "taskqueue-producer", instance: "10.0.0.20:9464" };
const worker = { job: "taskqueue-worker", instance: "10.0.1.20:9464" };

/** The target of every scrape job, as they are while all is well. */
const everyTarget = {
  'up{job="taskqueue-producer",instance="10.0.0.20:9464"}': "1x60",
  'up{job="taskqueue-worker",instance="10.0.1.20:9464"}': "1x60",
};

export const monitoringCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueProducerDown",
    series: { 'up{job="taskqueue-producer",instance="10.0.0.20:9464"}': "1x9 0x19 1x19" },
    quietAt: ["9m", "12m"],
    firesAt: "15m",
    firing: [
      {
        labels: { job: producer.job },
        summary: "Nothing can be submitted: the producer is down",
      },
    ],
    resolvedAt: "36m",
    below: { 'up{job="taskqueue-producer",instance="10.0.0.20:9464"}': "1x9 0 1 0 1 0 1 0 1x30" },
  },
  {
    alert: "TargetDown",
    series: {
      ...everyTarget,
      'up{job="taskqueue-worker",instance="10.0.1.20:9464"}': "1x9 0x19 1x19",
    },
    quietAt: ["9m", "11m"],
    firesAt: "14m",
    firing: [{ labels: worker, summary: "taskqueue-worker on 10.0.1.20:9464 cannot be scraped" }],
    resolvedAt: "36m",
    below: { 'up{job="taskqueue-worker",instance="10.0.1.20:9464"}': "1x9 0 1x4 0 1x30" },
  },
  {
    alert: "TaskQueueCrashLoop",
    series: {
      [`process_start_time_seconds{${fromWorker}}`]: "0x9 600 660 720 780x40",
    },
    quietAt: ["9m", "12m"],
    firesAt: "14m",
    firing: [
      {
        labels: worker,
        summary: "taskqueue-worker on 10.0.1.20:9464 started 4 times within 15 minutes",
      },
    ],
    resolvedAt: "30m",
    below: {
      [`process_start_time_seconds{${fromWorker}}`]: "0x9 600 660x40",
    },
  },
  {
    alert: "RedisExporterDown",
    series: { 'up{job="redis",instance="localhost:9121"}': "1x9 0x19 1x19" },
    quietAt: ["9m", "13m"],
    firesAt: "18m",
    firing: [
      {
        labels: { job: "redis", instance: "localhost:9121" },
        summary: "Redis' exporter on localhost:9121 cannot be scraped",
      },
    ],
    resolvedAt: "36m",
    below: { 'up{job="redis",instance="localhost:9121"}': "1x9 0 1x4 0 1x30" },
  },
  {
    alert: "NodeExporterDown",
    series: {
      'up{job="node",instance="10.0.1.10:9100"}': "1x9 0x19 1x19",
      'up{job="node",instance="10.0.1.20:9100"}': "1x50",
    },
    quietAt: ["9m", "13m"],
    firesAt: "18m",
    firing: [
      {
        labels: { job: "node", instance: "10.0.1.10:9100" },
        summary: "The node exporter on 10.0.1.10:9100 cannot be scraped",
      },
    ],
    resolvedAt: "36m",
    below: { 'up{job="node",instance="10.0.1.10:9100"}': "1x9 0 1x4 0 1x30" },
  },
  {
    alert: "TaskQueueMetricsBlind",
    series: {
      [`taskqueue_queue_collect_errors_total{${fromProducer},${ofQueue}}`]: "0x4 1+1x19 20x20",
      [`taskqueue_queue_jobs{${fromProducer},${ofQueue},state="waiting"}`]: "0x44",
    },
    quietAt: ["4m", "9m"],
    firesAt: "12m",
    firing: [{ labels: queue, summary: "The state of the queue cannot be read" }],
    resolvedAt: "35m",
    // One read that fails is seen for five minutes, which is less than it must last.
    below: { [`taskqueue_queue_collect_errors_total{${fromProducer},${ofQueue}}`]: "0x4 1x40" },
  },
  {
    // What 9 s of every 14 s look like for 200 s: the maximum of the last minute.
    alert: "NodeEventLoopBlocked",
    series: {
      [`taskqueue_event_loop_lag_max_seconds{${fromWorker}}`]: "0.01x4 9x4 0.01x20",
    },
    quietAt: ["4m", "8m"],
    firesAt: "9m",
    firing: [
      {
        labels: worker,
        summary: "taskqueue-worker on 10.0.1.20:9464 is blocked for 9s at a time",
      },
    ],
    resolvedAt: "16m",
    below: {
      [`taskqueue_event_loop_lag_max_seconds{${fromWorker}}`]: "0.01x4 1x4 0.01x20",
    },
  },
  {
    alert: "TaskQueueTelemetryLost",
    series: {
      [`taskqueue_otlp_dropped_total{${fromWorker},signal="logs",reason="not_taken"}`]:
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
    below: {
      [`taskqueue_otlp_dropped_total{${fromWorker},signal="logs",reason="not_taken"}`]: "14x40",
    },
  },
  {
    alert: "TaskQueueClockSkew",
    series: {
      [`taskqueue_clock_skew_seconds{${fromWorker}}`]: "0.001x4 -7200x14 0.001x9",
      [`taskqueue_clock_skew_seconds{job="taskqueue-producer",instance="10.0.1.10:9465"}`]:
        "1.9x29",
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
    below: {
      [`taskqueue_clock_skew_seconds{${fromWorker}}`]: "0.001x4 -2x14 0.001x9",
    },
  },
  {
    alert: "TaskQueueVersionSkew",
    series: {
      [`taskqueue_build_info{${fromWorker},version="0.1.0",git_sha="unknown",node_version="v24.11.0",bullmq_version="6.7.0"}`]:
        "1x60",
      [`taskqueue_build_info{${fromProducer},version="0.1.0",git_sha="unknown",node_version="v24.11.0",bullmq_version="6.8.0"}`]:
        "_x5 1x40 stale",
    },
    quietAt: ["4m", "34m"],
    firesAt: "37m",
    firing: [{ labels: {}, summary: "2 versions of BullMQ share one queue" }],
    resolvedAt: "48m",
    below: {
      [`taskqueue_build_info{${fromProducer},version="0.1.0",git_sha="unknown",node_version="v24.11.0",bullmq_version="6.8.0"}`]:
        "_x5 1x25 stale",
    },
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
    below: {
      'node_filesystem_avail_bytes{instance="redis",mountpoint="/data",fstype="ext4"}':
        "50x4 10x19 50x9",
    },
  },
];

export const monitoringQuietCases: readonly QuietCase[] = [
  {
    because: "an exporter is no service of ours",
    alert: "TargetDown",
    series: { ...everyTarget, 'up{job="redis",instance="localhost:9121"}': "0x24" },
    quietAt: ["20m"],
  },
  {
    because: "a receiver that was started anew loses one batch",
    alert: "TaskQueueTelemetryLost",
    series: {
      [`taskqueue_otlp_dropped_total{${fromWorker},signal="logs",reason="not_taken"}`]:
        "0x4 300x20",
    },
    quietAt: ["6m", "9m", "12m"],
  },
  {
    because: "one producer of two takes jobs",
    alert: "TaskQueueProducerDown",
    series: {
      'up{job="taskqueue-producer",instance="10.0.0.20:9464"}': "0x24",
      'up{job="taskqueue-producer",instance="10.0.0.21:9464"}': "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "a service that is restarted is away for a minute",
    alert: "TargetDown",
    series: {
      ...everyTarget,
      'up{job="taskqueue-worker",instance="10.0.1.20:9464"}': "1x9 0 1x30",
    },
    quietAt: ["11m", "13m", "15m"],
  },
  {
    because: "one block is no state",
    alert: "NodeEventLoopBlocked",
    series: {
      [`taskqueue_event_loop_lag_max_seconds{${fromWorker}}`]: "0.01x4 9x1 0.01x20",
    },
    quietAt: ["5m", "7m", "8m", "9m", "10m"],
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
