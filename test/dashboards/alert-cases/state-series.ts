import type { StateName } from "../../../dashboards/alerts/states.ts";
import type { Series } from "../../support/rule-tests.ts";
import {
  fromProducer as producer,
  fromWorker as worker,
  ofDivide as divide,
  ofQueue as queue,
} from "./alert-case.ts";

/** A sample a minute: well for ten of them, and then thirty of whatever it is. */
export const seenAt = "39m";

const redis = 'job="redis",instance="localhost:9121"';
const node = 'job="node",instance="10.0.1.10:9100"';
const release = 'version="0.1.0",git_sha="unknown",node_version="v24.11.0"';
const worked = 'http_request_method="POST",http_route="/api/v1/jobs"';
const disk = `${node},device="/dev/nvme1n1",fstype="ext4",mountpoint="/var/lib/redis"`;

/** The gauges that producer and worker both export. */
function ofBoth(name: string, labels: string, values: string): Series {
  return {
    [`${name}{${producer},${labels}}`]: values,
    [`${name}{${worker},${labels}}`]: values,
  };
}

/** Each measures those of its own connection. */
function roundTrips(le: string, values: string): Series {
  const name = "taskqueue_redis_ping_duration_seconds_bucket";
  return {
    [`${name}{${producer},client="queue",le="${le}"}`]: values,
    [`${name}{${worker},client="worker",le="${le}"}`]: values,
  };
}

const ofProducer: Series = {
  [`up{${producer}}`]: "1x60",
  [`process_start_time_seconds{${producer}}`]: "0x60",
  [`taskqueue_redis_connection_up{${producer},client="queue"}`]: "1x60",
  [`taskqueue_jobs_enqueued_total{${producer},${divide},source="api",outcome="added"}`]: "0+60x60",
  [`taskqueue_jobs_enqueued_total{${producer},${divide},source="api",outcome="error"}`]: "0x60",
  [`taskqueue_callbacks_total{${producer},${queue},outcome="delivered"}`]: "0+10x60",
  [`taskqueue_callbacks_total{${producer},${queue},outcome="failed"}`]: "0x60",
  [`http_server_request_duration_seconds_count{${producer},${worked},http_response_status_code="202"}`]:
    "0+60x60",
  [`http_server_request_duration_seconds_count{${producer},${worked},http_response_status_code="503"}`]:
    "0x60",
  [`http_server_request_duration_seconds_bucket{${producer},${worked},http_response_status_code="202",le="0.1"}`]:
    "0+60x60",
  [`http_server_request_duration_seconds_bucket{${producer},${worked},http_response_status_code="202",le="0.5"}`]:
    "0+60x60",
  [`http_server_request_duration_seconds_bucket{${producer},${worked},http_response_status_code="202",le="1"}`]:
    "0+60x60",
  [`http_server_request_duration_seconds_bucket{${producer},${worked},http_response_status_code="202",le="+Inf"}`]:
    "0+60x60",
};

const ofWorker: Series = {
  [`up{${worker}}`]: "1x60",
  [`process_start_time_seconds{${worker}}`]: "0x60",
  [`taskqueue_redis_connection_up{${worker},client="worker"}`]: "1x60",
  [`taskqueue_jobs_finished_total{${worker},${divide},outcome="succeeded",error_type=""}`]:
    "0+60x60",
  [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="crashed"}`]:
    "0x60",
  [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="_OTHER"}`]:
    "0x60",
  [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="division_by_zero"}`]:
    "0x60",
  [`taskqueue_job_wait_duration_seconds_bucket{${worker},${divide},le="10"}`]: "0+60x60",
  [`taskqueue_job_wait_duration_seconds_count{${worker},${divide}}`]: "0+60x60",
  [`taskqueue_job_processing_duration_seconds_count{${worker},${divide},outcome="succeeded"}`]:
    "0+60x60",
  [`taskqueue_job_retries_total{${worker},${divide},error_type="crashed"}`]: "0x60",
  [`taskqueue_jobs_postponed_total{${worker},${queue},task="_OTHER"}`]: "0x60",
  [`taskqueue_jobs_stalled_total{${worker},${queue}}`]: "0x60",
  [`taskqueue_task_blocked_seconds_total{${worker},${divide}}`]: "0x60",
  [`taskqueue_worker_concurrency{${worker},${queue}}`]: "10x60",
  [`taskqueue_worker_active_jobs{${worker},${queue}}`]: "2x60",
  [`taskqueue_worker_busy_seconds_total{${worker},${queue}}`]: "0+120x60",
  [`taskqueue_worker_oldest_active_job_age_seconds{${worker},${queue}}`]: "2x60",
};

const ofQueue: Series = {
  ...ofBoth("taskqueue_queue_jobs", `${queue},state="waiting"`, "0x60"),
  ...ofBoth("taskqueue_queue_jobs", `${queue},state="active"`, "2x60"),
  ...ofBoth("taskqueue_queue_oldest_waiting_job_age_seconds", queue, "0x60"),
  ...ofBoth("taskqueue_queue_paused", queue, "0x60"),
  ...ofBoth("taskqueue_schedule_late_seconds", `${queue},schedule="report"`, "0x60"),
  ...ofBoth("taskqueue_queue_workers", queue, "1x60"),
  ...ofBoth("taskqueue_heartbeat_last_processed_timestamp_seconds", queue, "0+60x60"),
  ...ofBoth("taskqueue_queue_collect_errors_total", queue, "0x60"),
  ...ofBoth("taskqueue_queue_kept_bytes", `${queue},what="succeeded"`, "100x60"),
  ...ofBoth("taskqueue_jobs_removed_total", `${queue},reason="early"`, "0x60"),
  ...roundTrips("0.1", "0+4x60"),
  ...roundTrips("0.25", "0+4x60"),
  ...roundTrips("+Inf", "0+4x60"),
  ...ofBoth("taskqueue_build_info", `${release},bullmq_version="6.7.0"`, "1x60"),
  [`taskqueue_build_info{${producer},${release},bullmq_version="6.8.0"}`]: "_x60",
  [`taskqueue_clock_skew_seconds{${producer}}`]: "0.001x60",
  [`taskqueue_clock_skew_seconds{${worker}}`]: "-0.001x60",
  [`taskqueue_otlp_dropped_total{${worker},signal="logs",reason="not_taken"}`]: "0x60",
  [`taskqueue_event_loop_lag_max_seconds{${producer}}`]: "0.02x60",
  [`taskqueue_event_loop_lag_max_seconds{${worker}}`]: "0.02x60",
};

const ofExporters: Series = {
  [`up{${redis}}`]: "1x60",
  [`redis_up{${redis}}`]: "1x60",
  [`redis_memory_used_bytes{${redis}}`]: "300x60",
  [`redis_memory_max_bytes{${redis}}`]: "1000x60",
  [`redis_evicted_keys_total{${redis}}`]: "0x60",
  [`redis_rdb_last_bgsave_status{${redis}}`]: "1x60",
  [`redis_aof_last_write_status{${redis}}`]: "1x60",
  [`up{${node}}`]: "1x60",
  [`node_filesystem_avail_bytes{${disk}}`]: "60x60",
  [`node_filesystem_size_bytes{${disk}}`]: "100x60",
};

/** What a deployment exports on which all is well. */
export const wellSeries: Series = { ...ofProducer, ...ofWorker, ...ofQueue, ...ofExporters };

/** Ended after ten minutes: the target is no more, or its scrapes fail. */
function ended(labels: string, series: Series = wellSeries): Series {
  return Object.fromEntries(
    Object.entries(series)
      .filter(([name]) => name.includes(labels))
      .map(([name, values]) => [name, values.replace("x60", "x9 stale")]),
  );
}

const waiting = (values: string) =>
  ofBoth("taskqueue_queue_jobs", `${queue},state="waiting"`, values);
const active = (values: string) =>
  ofBoth("taskqueue_queue_jobs", `${queue},state="active"`, values);
const oldest = (values: string) =>
  ofBoth("taskqueue_queue_oldest_waiting_job_age_seconds", queue, values);
const workers = (values: string) => ofBoth("taskqueue_queue_workers", queue, values);
const heartbeat = (values: string) =>
  ofBoth("taskqueue_heartbeat_last_processed_timestamp_seconds", queue, values);
const finished = (values: string) => ({
  [`taskqueue_jobs_finished_total{${worker},${divide},outcome="succeeded",error_type=""}`]: values,
});
const late = (values: string) => ({
  [`taskqueue_job_wait_duration_seconds_bucket{${worker},${divide},le="10"}`]: values,
});
const busy: Series = {
  [`taskqueue_worker_active_jobs{${worker},${queue}}`]: "2x9 10x30",
  [`taskqueue_worker_busy_seconds_total{${worker},${queue}}`]: "0+120x9 1670+590x30",
};
const refused: Series = {
  [`taskqueue_jobs_enqueued_total{${producer},${divide},source="api",outcome="error"}`]:
    "0x9 60+60x30",
  [`taskqueue_jobs_enqueued_total{${producer},${divide},source="api",outcome="added"}`]:
    "0+60x9 540x30",
  [`http_server_request_duration_seconds_count{${producer},${worked},http_response_status_code="503"}`]:
    "0x9 60+60x30",
  [`http_server_request_duration_seconds_count{${producer},${worked},http_response_status_code="202"}`]:
    "0+60x9 540x30",
};
/** A scrape of three succeeds, each of another process. */
const crashing = (labels: string): Series => ({
  [`up{${labels}}`]: `1x9${" 0 0 1".repeat(10)}`,
  [`process_start_time_seconds{${labels}}`]: `0x9${everyThird((n) => `_ _ ${n + 1}`)}`,
});

function everyThird(write: (n: number) => string): string {
  return Array.from({ length: 10 }, (_, n) => ` ${write(n)}`).join("");
}

/** What changes in each state. */
export const stateSeries: Readonly<Record<StateName, Series>> = {
  well: {},
  producerDown: { ...ended(producer), [`up{${producer}}`]: "1x9 0x30" },
  producerGone: ended(producer),
  producerCrashes: { ...ended(producer), ...crashing(producer) },
  workerDown: {
    ...waiting("0x9 60+60x30"),
    ...active("2x9 0x30"),
    ...oldest("0x9 60+60x7 540x22"),
    ...workers("1x9 0x30"),
    ...heartbeat("0+60x9 540x30"),
    ...ended(worker),
    [`up{${worker}}`]: "1x9 0x30",
  },
  workerKilled: { [`taskqueue_jobs_stalled_total{${worker},${queue}}`]: "0x34 10x5" },
  workerNeverStarted: {
    ...active("0x40"),
    ...workers("0x40"),
    ...heartbeat("_x40"),
    ...Object.fromEntries(Object.entries(ended(worker)).map(([name]) => [name, "_x40"])),
    [`up{${worker}}`]: "0x40",
  },
  bothGone: { ...ended(producer), ...ended(worker) },
  wedged: {
    ...waiting("0x9 60+60x30"),
    ...active("2x9 0x30"),
    ...oldest("0x9 60+60x30"),
    ...heartbeat("0+60x9 540x30"),
    ...finished("0+60x9 540x30"),
    [`taskqueue_worker_active_jobs{${worker},${queue}}`]: "2x9 0x30",
    [`taskqueue_worker_busy_seconds_total{${worker},${queue}}`]: "0+120x9 1080x30",
  },
  heartbeatLost: {
    ...active("0x40"),
    ...heartbeat("0+60x9 540x30"),
    ...finished("0x40"),
    [`taskqueue_worker_active_jobs{${worker},${queue}}`]: "0x40",
  },
  scheduleUnkept: ofBoth(
    "taskqueue_schedule_late_seconds",
    `${queue},schedule="report"`,
    "0x9 0+60x30",
  ),
  plainBacklog: {
    ...waiting("0x9 2200-60x30"),
    ...active("2x9 10x30"),
    ...oldest("0x9 60+10x30"),
    ...heartbeat("0+60x9 540x30"),
    ...late("0+60x9 540x30"),
    ...busy,
    // Between two jobs a slot is free for a moment.
    [`taskqueue_worker_active_jobs{${worker},${queue}}`]: "2x9 9x30",
  },
  deepBacklog: {
    ...waiting("0x9 9000x30"),
    ...active("2x9 10x30"),
    ...oldest("0x9 700x30"),
    ...heartbeat("0+60x9 540x30"),
    ...late("0+60x9 540x30"),
    ...busy,
  },
  growing: { ...waiting("0x9 50+50x30"), ...active("2x9 10x30"), ...oldest("0x9 9x30"), ...busy },
  lateStarts: late("0+60x9 570+30x30"),
  hungJob: {
    [`taskqueue_worker_oldest_active_job_age_seconds{${worker},${queue}}`]: "2x9 700x30",
  },
  mistakes: {
    [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="division_by_zero"}`]:
      "0x9 60+60x30",
  },
  callbacksFail: {
    [`taskqueue_callbacks_total{${producer},${queue},outcome="failed"}`]: "0x9 10+10x30",
    [`taskqueue_callbacks_total{${producer},${queue},outcome="delivered"}`]: "0+10x9 90x30",
  },
  slowPages: Object.fromEntries(
    ["0.1", "0.5"].map((le) => [
      `http_server_request_duration_seconds_bucket{${producer},${worked},http_response_status_code="202",le="${le}"}`,
      "0+60x9 540x30",
    ]),
  ),
  redisDown: {
    ...refused,
    ...Object.fromEntries(
      Object.keys(ofQueue)
        .filter((name) => /^taskqueue_(queue_(?!collect)|heartbeat)/.test(name))
        .flatMap((name) => Object.entries(ended(name))),
    ),
    ...ofBoth("taskqueue_queue_collect_errors_total", queue, "0x9 4+4x30"),
    [`taskqueue_redis_connection_up{${producer},client="queue"}`]: "1x9 0x30",
    [`taskqueue_redis_connection_up{${worker},client="worker"}`]: "1x9 0x30",
    [`redis_up{${redis}}`]: "1x9 0x30",
    ...finished("0+60x9 540x30"),
  },
  redisFarAway: roundTrips("0.1", "0+4x9 36x30"),
  diskFull: {
    ...refused,
    [`node_filesystem_avail_bytes{${disk}}`]: "60x9 0x30",
    [`redis_aof_last_write_status{${redis}}`]: "1x9 0x30",
  },
  memoryFull: { ...refused, [`redis_memory_used_bytes{${redis}}`]: "300x9 990x30" },
  resultsFill: {
    [`redis_memory_used_bytes{${redis}}`]: "300x9 600x30",
    ...ofBoth("taskqueue_queue_kept_bytes", `${queue},what="succeeded"`, "100x9 390x30"),
    ...ofBoth("taskqueue_jobs_removed_total", `${queue},reason="early"`, "0x9 10+10x30"),
  },
  keptTooMuch: ofBoth("taskqueue_queue_kept_bytes", `${queue},what="succeeded"`, "100x9 600x30"),
  evicting: { [`redis_evicted_keys_total{${redis}}`]: "0x34 50x5" },
  limitless: { [`redis_memory_max_bytes{${redis}}`]: "0x40" },
  crashingTask: {
    [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="crashed"}`]:
      "0x9 10+10x30",
    [`taskqueue_job_retries_total{${worker},${divide},error_type="crashed"}`]: "0x9 30+30x30",
  },
  blockingTask: {
    [`taskqueue_event_loop_lag_max_seconds{${worker}}`]: "0.02x9 9x30",
    [`taskqueue_task_blocked_seconds_total{${worker},${divide}}`]: "0x9 36+36x30",
  },
  blockedForLong: {
    [`up{${worker}}`]: `1x9${" 0 0 1".repeat(10)}`,
    [`taskqueue_event_loop_lag_max_seconds{${worker}}`]: `0.02x9${everyThird(() => "stale _ 45")}`,
    [`taskqueue_task_blocked_seconds_total{${worker},${divide}}`]: "0x9 45+45x30",
  },
  wrongClock: { [`taskqueue_clock_skew_seconds{${worker}}`]: "-0.001x9 -10x30" },
  telemetryLost: {
    [`taskqueue_otlp_dropped_total{${worker},signal="logs",reason="not_taken"}`]: "0x9 60+60x30",
  },
  otherRelease: {
    [`taskqueue_jobs_postponed_total{${worker},${queue},task="_OTHER"}`]: "0x9 4+4x30",
  },
  otherBullMq: { [`taskqueue_build_info{${producer},${release},bullmq_version="6.8.0"}`]: "1x40" },
  damagedRecords: {
    [`taskqueue_jobs_finished_total{${worker},${divide},outcome="failed",error_type="_OTHER"}`]:
      "0x9 15+15x30",
  },
  redisExporterGone: ended(redis),
  nodeExportersGone: ended(node),
};
