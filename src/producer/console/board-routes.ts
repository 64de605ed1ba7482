/**
 * The routes of Bull Board's API that somebody has looked at, and opened. A GET only reads, and everything else
 * is for operators; what a new version adds is refused until it is here.
 */
export const boardRoutes: readonly string[] = [
  "GET /api/redis/stats",
  "GET /api/queues",
  "GET /api/job-schedulers",
  "GET /api/queues/:queueName/metrics",
  "GET /api/queues/:queueName/default-job-options",
  "GET /api/queues/:queueName/workers",
  "GET /api/queues/:queueName/rate-limit",
  "GET /api/queues/:queueName/job-data-schema",
  "GET /api/queues/:queueName/:jobId/logs",
  "GET /api/queues/:queueName/:jobId/flow",
  "GET /api/queues/:queueName/:jobId",
  "PUT /api/queues/pause",
  "PUT /api/queues/resume",
  "POST /api/queues/:queueName/add",
  "PUT /api/queues/:queueName/retry/:queueStatus",
  "PUT /api/queues/:queueName/promote",
  "PUT /api/queues/:queueName/clean/:queueStatus",
  "PUT /api/queues/:queueName/pause",
  "PUT /api/queues/:queueName/resume",
  "PUT /api/queues/:queueName/concurrency",
  "PUT /api/queues/:queueName/rate-limit",
  "PUT /api/queues/:queueName/rate-limit/release",
  "PUT /api/queues/:queueName/empty",
  "PUT /api/queues/:queueName/obliterate",
  "PUT /api/queues/:queueName/job-schedulers/:schedulerId/remove",
  "PUT /api/queues/:queueName/:jobId/retry",
  "PUT /api/queues/:queueName/:jobId/clean",
  "PUT /api/queues/:queueName/:jobId/promote",
  "PATCH /api/queues/:queueName/:jobId/delay",
  "PATCH /api/queues/:queueName/:jobId/priority",
  "PUT /api/queues/:queueName/:jobId/remove-unprocessed-children",
];

/**
 * Those that somebody has looked at, and that are open to nobody: they would add jobs past their
 * task's schema, limits and our ids, which the console's own schedules do not, or give a job another
 * input than the one that its key and its submitter know it by.
 */
export const closedBoardRoutes: readonly string[] = [
  "PATCH /api/queues/:queueName/job-schedulers/:schedulerId",
  "PUT /api/queues/:queueName/job-schedulers/:schedulerId/run",
  "PATCH /api/queues/:queueName/:jobId/update-data",
];
