import type { Mutant } from "../mutant.ts";

/** What stands in its expression before the jobs that have ended. */
const wedgedBegins = `|-
          queue:taskqueue_backlog_jobs:sum > 0
          and on (queue) max by (queue) (queue_state:taskqueue_queue_jobs:max{state="active"}) == 0
          and on (queue) max by (queue) (taskqueue_queue_workers) > 0
          unless on (queue) (sum by (queue) (increase`;

export const dashboardsMutants: readonly Mutant[] = [
  {
    name: "Loki deletes for whoever asks",
    change: {
      file: "dashboards/stack/loki.ts",
      from: 'deletion_mode: "disabled"',
      to: 'deletion_mode: "filter-and-delete"',
    },
    caughtBy: {
      file: "test/infra/monitor.test.ts",
      test: "Loki and Tempo are asked on loopback alone",
    },
  },
  {
    name: "whoever cancels waiting jobs keeps a wedged worker from being told of",
    change: {
      file: "dashboards/alerts.yaml",
      from: `${wedgedBegins}(taskqueue_jobs_finished_total{error_type!~"cancelled_by_user"}[3m]))`,
      to: `${wedgedBegins}(taskqueue_jobs_finished_total[3m]))`,
    },
    caughtBy: { file: "test/dashboards/alerts.test.ts", test: "TaskQueueWorkerWedged" },
  },
];
