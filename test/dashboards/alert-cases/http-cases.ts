import type { AlertCase, QuietCase } from "./alert-case.ts";

const queue = { queue: "tasks" };

export const httpCases: readonly AlertCase[] = [
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
    firing: [{ labels: {}, summary: "10% of requests get a server error" }],
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
];

export const httpQuietCases: readonly QuietCase[] = [
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
];
