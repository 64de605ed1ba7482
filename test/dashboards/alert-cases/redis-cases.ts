import {
  type AlertCase,
  type QuietCase,
  upDownUp,
  fromProducer,
  fromWorker,
  ofQueue,
} from "./alert-case.ts";

const worker = { job: "taskqueue-worker", instance: "10.0.1.20:9464" };
const redis = { job: "redis", instance: "localhost:9121" };

export const redisCases: readonly AlertCase[] = [
  {
    alert: "RedisDown",
    series: {
      'redis_up{job="redis"}': upDownUp,
      [`taskqueue_redis_connection_up{${fromProducer},client="queue"}`]: "1x24",
    },
    quietAt: ["4m", "5m"],
    firesAt: "7m",
    firing: [{ labels: {}, summary: "Redis does not answer" }],
    resolvedAt: "16m",
    below: { 'redis_up{job="redis"}': "1x4 0 1x19" },
  },
  {
    alert: "TaskQueueRedisClientDown",
    series: {
      [`taskqueue_redis_connection_up{${fromWorker},client="worker"}`]: upDownUp,
    },
    quietAt: ["4m", "5m"],
    firesAt: "7m",
    firing: [
      {
        labels: { ...worker, client: "worker" },
        summary: "taskqueue-worker on 10.0.1.20:9464 has lost its Redis connection worker",
      },
    ],
    resolvedAt: "16m",
    below: {
      [`taskqueue_redis_connection_up{${fromWorker},client="worker"}`]: "1x4 0 1x19",
    },
  },
  {
    alert: "RedisMemoryNearLimit",
    series: {
      'redis_memory_used_bytes{job="redis",instance="localhost:9121"}': "100x4 900x19 100x9",
      'redis_memory_max_bytes{job="redis",instance="localhost:9121"}': "1000x40",
    },
    quietAt: ["4m", "14m"],
    firesAt: "16m",
    firing: [{ labels: redis, summary: "Redis uses 90% of its memory limit" }],
    resolvedAt: "26m",
    below: {
      'redis_memory_used_bytes{job="redis",instance="localhost:9121"}': "100x4 800x19 100x9",
    },
  },
  {
    alert: "TaskQueueKeptTooMuch",
    series: {
      [`taskqueue_queue_kept_bytes{${fromWorker},${ofQueue},what="succeeded"}`]:
        "300x4 450x19 300x9",
      [`taskqueue_queue_kept_bytes{${fromProducer},${ofQueue},what="succeeded"}`]:
        "300x4 440x19 300x9",
      [`taskqueue_queue_kept_bytes{${fromWorker},${ofQueue},what="events"}`]: "100x40",
      'redis_memory_max_bytes{job="redis",instance="localhost:9121"}': "1000x40",
    },
    quietAt: ["4m", "14m"],
    firesAt: "16m",
    firing: [
      {
        labels: { queue: "default" },
        summary: "Ended jobs and events of default have 55% of Redis's memory",
      },
    ],
    resolvedAt: "26m",
    below: {
      [`taskqueue_queue_kept_bytes{${fromWorker},${ofQueue},what="succeeded"}`]:
        "300x4 400x19 300x9",
      [`taskqueue_queue_kept_bytes{${fromProducer},${ofQueue},what="succeeded"}`]:
        "300x4 400x19 300x9",
    },
  },
  {
    alert: "TaskQueueResultsRemovedEarly",
    series: {
      [`taskqueue_jobs_removed_total{${fromWorker},${ofQueue},reason="early"}`]: "0x4 3x100",
      [`taskqueue_jobs_removed_total{${fromWorker},${ofQueue},reason="memory"}`]: "0+10x100",
      [`taskqueue_jobs_removed_total{${fromWorker},${ofQueue},reason="age"}`]: "0+10x100",
    },
    quietAt: ["4m"],
    firesAt: "60m",
    firing: [
      {
        labels: { queue: "default" },
        summary: "3 jobs of default were removed within an hour of their end",
      },
    ],
    resolvedAt: "70m",
    below: {
      [`taskqueue_jobs_removed_total{${fromWorker},${ofQueue},reason="early"}`]: "0x105",
    },
  },
  {
    alert: "RedisMaxmemoryUnset",
    series: {
      'redis_memory_max_bytes{job="redis",instance="localhost:9121"}': "1000x4 0x19 1000x9",
    },
    quietAt: ["4m", "14m"],
    firesAt: "16m",
    firing: [{ labels: redis, summary: "Redis has no memory limit" }],
    resolvedAt: "26m",
    below: {
      'redis_memory_max_bytes{job="redis",instance="localhost:9121"}': "1000x4 1x19 1000x9",
    },
  },
  {
    alert: "RedisEvictingKeys",
    series: { 'redis_evicted_keys_total{job="redis",instance="localhost:9121"}': "0x4 3x40" },
    quietAt: ["4m"],
    firesAt: "6m",
    firing: [{ labels: redis, summary: "Redis has evicted 3 keys" }],
    resolvedAt: "20m",
    below: { 'redis_evicted_keys_total{job="redis",instance="localhost:9121"}': "3x45" },
  },
  {
    alert: "RedisPersistenceFailing",
    series: {
      'redis_aof_last_write_status{job="redis",instance="localhost:9121"}': upDownUp,
      'redis_rdb_last_bgsave_status{job="redis",instance="localhost:9121"}': "1x24",
    },
    quietAt: ["4m", "9m"],
    firesAt: "11m",
    firing: [{ labels: redis, summary: "Redis cannot write to its disk" }],
    resolvedAt: "16m",
    below: {
      'redis_aof_last_write_status{job="redis",instance="localhost:9121"}': "1x4 0x4 1x14",
    },
  },
  {
    alert: "TaskQueueRedisSlow",
    series: {
      [`taskqueue_redis_ping_duration_seconds_bucket{${fromWorker},client="worker",le="0.25"}`]:
        "0x60",
      [`taskqueue_redis_ping_duration_seconds_bucket{${fromWorker},client="worker",le="0.5"}`]:
        "0+10x30 300x30",
      [`taskqueue_redis_ping_duration_seconds_bucket{${fromWorker},client="worker",le="+Inf"}`]:
        "0+10x30 300x30",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [
      {
        labels: { instance: worker.instance, client: "worker" },
        summary: "Redis takes 375ms to answer worker on 10.0.1.20:9464",
      },
    ],
    resolvedAt: "40m",
    // Of twenty PINGs the slowest nine.
    below: {
      [`taskqueue_redis_ping_duration_seconds_bucket{${fromWorker},client="worker",le="0.1"}`]:
        "0+5.5x30 165x30",
    },
  },
];

export const redisQuietCases: readonly QuietCase[] = [
  {
    because: "one service without Redis is not Redis itself",
    alert: "RedisDown",
    series: {
      [`taskqueue_redis_connection_up{${fromProducer},client="queue"}`]: "0x24",
      [`taskqueue_redis_connection_up{${fromWorker},client="worker"}`]: "1x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "without a limit there is no share of it",
    alert: "RedisMemoryNearLimit",
    series: {
      'redis_memory_used_bytes{job="redis"}': "900x24",
      'redis_memory_max_bytes{job="redis"}': "0x24",
    },
    quietAt: ["20m"],
  },
];
