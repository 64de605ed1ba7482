import { type AlertCase, type QuietCase, fromProducer, ofDivide } from "./alert-case.ts";

const queue = { queue: "default" };

export const httpCases: readonly AlertCase[] = [
  {
    alert: "TaskQueueEnqueueFailing",
    series: {
      [`taskqueue_jobs_enqueued_total{${fromProducer},${ofDivide},source="api",outcome="error"}`]:
        "0x4 2+2x9 20x30",
      [`taskqueue_jobs_enqueued_total{${fromProducer},${ofDivide},source="api",outcome="added"}`]:
        "0+2x44",
    },
    quietAt: ["4m", "7m", "9m"],
    firesAt: "14m",
    firing: [{ labels: queue, summary: "50% of the submissions to default fail" }],
    resolvedAt: "20m",
    below: {
      [`taskqueue_jobs_enqueued_total{${fromProducer},${ofDivide},source="api",outcome="added"}`]:
        "0+50x44",
    },
  },
  {
    alert: "TaskQueueWebErrors",
    series: {
      [`http_server_request_duration_seconds_count{${fromProducer},http_request_method="POST",http_route="/api/v1/jobs",http_response_status_code="503"}`]:
        "0x4 1+1x19 20x40",
      [`http_server_request_duration_seconds_count{${fromProducer},http_request_method="GET",http_route="/",http_response_status_code="200"}`]:
        "0+9x64",
    },
    quietAt: ["4m", "11m"],
    firesAt: "20m",
    firing: [{ labels: {}, summary: "10% of requests get a server error" }],
    resolvedAt: "31m",
    below: {
      [`http_server_request_duration_seconds_count{${fromProducer},http_request_method="GET",http_route="/",http_response_status_code="200"}`]:
        "0+20x64",
    },
  },
  {
    alert: "TaskQueueWebSlow",
    series: {
      [`http_server_request_duration_seconds_bucket{${fromProducer},http_request_method="POST",http_route="/api/v1/jobs",http_response_status_code="202",le="0.5"}`]:
        "0x60",
      [`http_server_request_duration_seconds_bucket{${fromProducer},http_request_method="POST",http_route="/api/v1/jobs",http_response_status_code="202",le="1"}`]:
        "0+10x30 300x30",
      [`http_server_request_duration_seconds_bucket{${fromProducer},http_request_method="POST",http_route="/api/v1/jobs",http_response_status_code="202",le="+Inf"}`]:
        "0+10x30 300x30",
    },
    quietAt: ["0m", "10m"],
    firesAt: "20m",
    firing: [{ labels: { http_route: "/api/v1/jobs" }, summary: "/api/v1/jobs takes 975ms (p95)" }],
    resolvedAt: "40m",
    below: {
      [`http_server_request_duration_seconds_bucket{${fromProducer},http_request_method="POST",http_route="/api/v1/jobs",http_response_status_code="202",le="0.5"}`]:
        "0+9.6x30 288x30",
    },
  },
];

export const httpQuietCases: readonly QuietCase[] = [
  {
    because: "ten refusals of one moment are over",
    alert: "TaskQueueEnqueueFailing",
    series: {
      [`taskqueue_jobs_enqueued_total{${fromProducer},${ofDivide},source="api",outcome="error"}`]:
        "0x4 10x20",
    },
    quietAt: ["5m", "7m", "8m", "9m", "10m"],
  },
  {
    because: "RedisDown tells of it",
    alert: "TaskQueueEnqueueFailing",
    series: {
      [`taskqueue_jobs_enqueued_total{${fromProducer},${ofDivide},source="api",outcome="error"}`]:
        "0+10x30",
      [`taskqueue_redis_connection_up{${fromProducer},client="queue"}`]: "0x30",
    },
    quietAt: ["20m"],
  },
  {
    because: "a readiness probe answers 503 by design",
    alert: "TaskQueueWebErrors",
    series: {
      [`http_server_request_duration_seconds_count{${fromProducer},http_request_method="GET",http_route="/readyz",http_response_status_code="503"}`]:
        "0+10x24",
      [`http_server_request_duration_seconds_count{${fromProducer},http_request_method="GET",http_route="/",http_response_status_code="200"}`]:
        "0+10x24",
    },
    quietAt: ["20m"],
  },
];
