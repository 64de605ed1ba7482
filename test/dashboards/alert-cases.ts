/** Time series as `promtool test rules` writes them, a sample a minute: `0x4` is five zeros. */
type Series = Readonly<Record<string, string>>;

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** One alert's life: well at first, then broken, then well again. */
export interface AlertCase {
  readonly alert: string;
  readonly series: Series;
  /** How often rules are evaluated; every minute when left out. */
  readonly interval?: string;
  /** Not yet: before the trouble, or while it is younger than the alert's `for`. */
  readonly quietAt: readonly string[];
  readonly firesAt: string;
  readonly firing: readonly FiringAlert[];
  readonly resolvedAt: string;
}

/** What looks like trouble and must not fire. */
export interface QuietCase {
  readonly because: string;
  readonly alert: string;
  readonly series: Series;
  readonly quietAt: readonly string[];
}

const queue = { queue: "tasks" };
const divide = { queue: "tasks", task: "divide" };
const worker = { job: "taskqueue-worker", instance: "10.0.1.20:9464" };
const redis = { job: "redis", instance: "localhost:9121" };
/** Well for five minutes, broken for ten, well again. */
const upDownUp = "1x4 0x9 1x9";

export const alertCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueNoWorkers",
    series: {
      'taskqueue_queue_workers{queue="tasks"}': upDownUp,
      'taskqueue_queue_jobs{queue="tasks",state="waiting"}': "5x24",
    },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [{ labels: queue, summary: "No worker is connected to tasks although jobs wait" }],
    resolvedAt: "16m",
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
    firing: [{ labels: queue, summary: "600 jobs wait in tasks, and more every minute" }],
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
  {
    alert: "TaskQueueHighFailureRatio",
    series: {
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="succeeded"}': "0+10x40",
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="_OTHER"}':
        "0x9 2+2x9 20x20",
    },
    quietAt: ["9m", "11m"],
    firesAt: "19m",
    firing: [{ labels: divide, summary: "16.67% of divide jobs fail by a fault of ours" }],
    resolvedAt: "35m",
  },
  {
    alert: "TaskQueueUserErrorSpike",
    series: {
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="division_by_zero"}':
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
  },
  {
    alert: "TaskQueueRetryStorm",
    series: {
      'taskqueue_job_retries_total{queue="tasks",task="divide",error_type="dependency"}':
        "0+5x30 150x30",
      'taskqueue_job_processing_duration_seconds_count{queue="tasks",task="divide"}': "0+10x60",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [{ labels: divide, summary: "50% of divide's attempts are tried again" }],
    resolvedAt: "45m",
  },
  {
    alert: "TaskQueueStalledJobs",
    series: { 'taskqueue_jobs_stalled_total{queue="tasks"}': "0x4 2x40" },
    quietAt: ["4m"],
    firesAt: "6m",
    firing: [{ labels: queue, summary: "Jobs in tasks lost their worker" }],
    resolvedAt: "25m",
  },
  {
    alert: "TaskQueueJobHung",
    series: {
      'taskqueue_worker_oldest_active_job_age_seconds{queue="tasks",job="taskqueue-worker",instance="10.0.1.20:9464"}':
        "5x4 700x9 5x9",
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
  },
  {
    alert: "TaskQueueWorkersSaturated",
    series: {
      'taskqueue_worker_busy_seconds_total{queue="tasks"}': "0+588x30 17640x30",
      'taskqueue_worker_concurrency{queue="tasks"}': "10x60",
    },
    quietAt: ["0m", "19m"],
    firesAt: "25m",
    firing: [{ labels: queue, summary: "The workers of tasks are 98% busy" }],
    resolvedAt: "40m",
  },
  {
    alert: "TaskQueueProcessingSlow",
    interval: "5m",
    series: {
      'taskqueue_job_processing_duration_seconds_bucket{queue="tasks",task="divide",le="1"}':
        "0+10x1440 14400x40 14410+10x20",
      'taskqueue_job_processing_duration_seconds_bucket{queue="tasks",task="divide",le="5"}':
        "0+10x1502",
      'taskqueue_job_processing_duration_seconds_bucket{queue="tasks",task="divide",le="+Inf"}':
        "0+10x1502",
      'taskqueue_job_processing_duration_seconds_count{queue="tasks",task="divide"}': "0+10x1502",
    },
    quietAt: ["1440m", "1455m"],
    firesAt: "1465m",
    firing: [{ labels: divide, summary: "divide takes 4.8s (p95), twice yesterday's" }],
    resolvedAt: "1500m",
  },
  {
    alert: "RedisDown",
    series: {
      'redis_up{job="redis"}': upDownUp,
      'taskqueue_redis_connection_up{client="queue"}': "1x24",
    },
    quietAt: ["4m", "5m"],
    firesAt: "7m",
    firing: [{ labels: {}, summary: "Redis does not answer" }],
    resolvedAt: "16m",
  },
  {
    alert: "TaskQueueRedisClientDown",
    series: {
      'taskqueue_redis_connection_up{client="worker",job="taskqueue-worker",instance="10.0.1.20:9464"}':
        upDownUp,
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
  },
  {
    alert: "RedisMemoryNearLimit",
    series: {
      'redis_memory_used_bytes{job="redis",instance="localhost:9121"}': "100x4 900x19 100x9",
      'redis_memory_max_bytes{job="redis",instance="localhost:9121"}': "1000x40",
    },
    quietAt: ["4m", "14m"],
    firesAt: "16m",
    firing: [{ labels: redis, summary: "Redis uses 90% of the memory it may use" }],
    resolvedAt: "26m",
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
  },
  {
    alert: "RedisEvictingKeys",
    series: { 'redis_evicted_keys_total{job="redis",instance="localhost:9121"}': "0x4 3x40" },
    quietAt: ["4m"],
    firesAt: "6m",
    firing: [{ labels: redis, summary: "Redis has thrown away 3 keys" }],
    resolvedAt: "20m",
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
  },
  {
    alert: "TaskQueueRedisSlow",
    series: {
      'taskqueue_redis_ping_duration_seconds_bucket{client="worker",instance="10.0.1.20:9464",le="0.25"}':
        "0x60",
      'taskqueue_redis_ping_duration_seconds_bucket{client="worker",instance="10.0.1.20:9464",le="0.5"}':
        "0+10x30 300x30",
      'taskqueue_redis_ping_duration_seconds_bucket{client="worker",instance="10.0.1.20:9464",le="+Inf"}':
        "0+10x30 300x30",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [
      {
        labels: { instance: worker.instance, client: "worker" },
        summary: "Redis takes 497.5ms to answer worker on 10.0.1.20:9464",
      },
    ],
    resolvedAt: "40m",
  },
  {
    alert: "TaskQueueEnqueueFailing",
    series: {
      'taskqueue_jobs_enqueued_total{queue="tasks",task="divide",source="api",outcome="error"}':
        "0x4 1+1x9 10x20",
    },
    quietAt: ["4m", "6m"],
    firesAt: "8m",
    firing: [{ labels: queue, summary: "Submissions to tasks fail" }],
    resolvedAt: "21m",
  },
  {
    alert: "TaskQueueWebErrors",
    series: {
      'http_server_request_duration_seconds_count{http_route="/api/v1/tasks",http_response_status_code="503"}':
        "0x4 1+1x19 20x40",
      'http_server_request_duration_seconds_count{http_route="/",http_response_status_code="200"}':
        "0+9x64",
    },
    quietAt: ["4m", "11m"],
    firesAt: "20m",
    firing: [{ labels: {}, summary: "10% of the requests get a server error" }],
    resolvedAt: "31m",
  },
  {
    alert: "TaskQueueWebSlow",
    series: {
      'http_server_request_duration_seconds_bucket{http_route="/api/v1/tasks",le="0.5"}': "0x60",
      'http_server_request_duration_seconds_bucket{http_route="/api/v1/tasks",le="1"}':
        "0+10x30 300x30",
      'http_server_request_duration_seconds_bucket{http_route="/api/v1/tasks",le="+Inf"}':
        "0+10x30 300x30",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [
      { labels: { http_route: "/api/v1/tasks" }, summary: "/api/v1/tasks takes 975ms (p95)" },
    ],
    resolvedAt: "40m",
  },
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
      'nodejs_eventloop_lag_p99_seconds{job="taskqueue-worker",instance="10.0.1.20:9464"}':
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

export const quietCases: readonly QuietCase[] = [
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
  {
    because: "a division by zero is the submitter's mistake",
    alert: "TaskQueueHighFailureRatio",
    series: {
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="succeeded"}': "0+10x40",
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="division_by_zero"}':
        "0+10x40",
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="overflow"}':
        "0+10x40",
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="invalid_input"}':
        "0+10x40",
    },
    quietAt: ["20m", "30m"],
  },
  {
    because: "one of three jobs is no ratio",
    alert: "TaskQueueHighFailureRatio",
    series: {
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="succeeded"}': "0x9 2x30",
      'taskqueue_jobs_finished_total{queue="tasks",task="divide",outcome="failed",error_type="_OTHER"}':
        "0x9 1x30",
    },
    quietAt: ["12m", "18m"],
  },
  {
    because: "one service without Redis is not Redis itself",
    alert: "RedisDown",
    series: {
      'taskqueue_redis_connection_up{client="queue"}': "0x24",
      'taskqueue_redis_connection_up{client="worker"}': "1x24",
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
  {
    because: "a readiness probe answers 503 by design",
    alert: "TaskQueueWebErrors",
    series: {
      'http_server_request_duration_seconds_count{http_route="/readyz",http_response_status_code="503"}':
        "0+10x24",
      'http_server_request_duration_seconds_count{http_route="/",http_response_status_code="200"}':
        "0+10x24",
    },
    quietAt: ["20m"],
  },
  {
    because: "an exporter is no service of ours",
    alert: "TargetDown",
    series: { 'up{job="redis",instance="localhost:9121"}': "0x24" },
    quietAt: ["20m"],
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
