/** Where things are on our listeners. */

/** Of the public listener, and of those that a monitor asks. */
export const paths = {
  /** The form of the only task, or the index of several. */
  form: "/",
  overview: "/overview",
  /** The last 24 hours. */
  overviewDay: "/overview/day",
  /** A job's page is below it. */
  jobs: "/jobs",
  /** A task's form is below it, and is sent there. */
  tasks: "/tasks",
  /** The page of a file of many inputs is below it. */
  batches: "/batches",
  api: "/api/v1/jobs",
  /** Many submissions in one request. */
  batch: "/api/v1/jobs/batch",
  overviewState: "/api/v1/overview",
  overviewBuckets: "/api/v1/overview/day",
  overviewEvents: "/api/v1/overview/events",
  openapi: "/api/openapi.json",
  metrics: "/metrics",
  /** Alive: never touches Redis. */
  health: "/healthz",
  /** Able to work: 503 when not, with reasons on the metrics listeners. */
  readiness: "/readyz",
} as const;

/** Of Bull Board on the operators' listener; as it decides, a job's page is at `<queues>/<queue>/<id>`. */
export const boardPaths = { root: "/board", queues: "/board/queue", api: "/board/api" } as const;

/** Of the operators' listener, beside what is Bull Board's. */
export const consolePaths = {
  home: "/",
  signIn: "/sign-in",
  signOut: "/sign-out",
  schedules: "/schedules",
  jobs: "/jobs",
  failures: "/failures",
  workers: "/workers",
  queues: "/queues",
  audit: "/audit",
  /** What is done to many jobs; a run is below it. */
  actions: "/actions",
  /** What programs ask for on this listener; the pages' paths tell them what can be read, too. */
  api: {
    jobs: paths.api,
    actions: "/api/v1/actions",
    queues: "/api/v1/queues",
    schedules: "/api/v1/schedules",
    workers: "/api/v1/workers",
    failures: "/api/v1/failures",
    audit: "/api/v1/audit",
  },
} as const;
