import type { Alert } from "./alert.ts";
import { createRule } from "./alert.ts";
import { httpAlerts } from "./http-alerts.ts";
import { monitoringAlerts } from "./monitoring-alerts.ts";
import { queueAlerts } from "./queue-alerts.ts";
import { recordings } from "./recordings.ts";
import { redisAlerts } from "./redis-alerts.ts";
import { taskAlerts } from "./task-alerts.ts";
import { type ScrapeJobName, scrapeJobs } from "../stack/scraping.ts";

const groups = {
  "taskqueue.queue": queueAlerts,
  "taskqueue.tasks": taskAlerts,
  "taskqueue.redis": redisAlerts,
  "taskqueue.http": httpAlerts,
  "taskqueue.monitoring": monitoringAlerts,
} as const;

export const alerts: readonly Alert[] = Object.values(groups).flat();

/**
 * Recording and alerting rules as Prometheus reads them. An exporter that a place does without is
 * nothing to be told of there.
 */
export function createRuleFile(jobs: readonly ScrapeJobName[] = scrapeJobs) {
  const isOf = ({ scraped }: Alert) => scraped === undefined || jobs.includes(scraped);
  const recorded = Object.values(recordings).map(({ record, expr }) => ({ record, expr }));
  return {
    groups: [
      { name: "taskqueue.recording", rules: recorded },
      ...Object.entries(groups).map(([name, rules]) => ({
        name,
        rules: rules.filter(isOf).map(createRule),
      })),
    ],
  };
}
