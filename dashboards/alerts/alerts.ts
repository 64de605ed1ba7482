import type { Alert } from "./alert.ts";
import { createRule } from "./alert.ts";
import { httpAlerts } from "./http-alerts.ts";
import { monitoringAlerts } from "./monitoring-alerts.ts";
import { queueAlerts } from "./queue-alerts.ts";
import { recordings } from "./recordings.ts";
import { redisAlerts } from "./redis-alerts.ts";
import { taskAlerts } from "./task-alerts.ts";

const groups = {
  "taskqueue.queue": queueAlerts,
  "taskqueue.tasks": taskAlerts,
  "taskqueue.redis": redisAlerts,
  "taskqueue.http": httpAlerts,
  "taskqueue.monitoring": monitoringAlerts,
} as const;

export const alerts: readonly Alert[] = Object.values(groups).flat();

/** Recording and alerting rules as Prometheus reads them. */
export function createRuleFile() {
  const recorded = Object.values(recordings).map(({ record, expr }) => ({ record, expr }));
  return {
    groups: [
      { name: "taskqueue.recording", rules: recorded },
      ...Object.entries(groups).map(([name, rules]) => ({ name, rules: rules.map(createRule) })),
    ],
  };
}
