import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { taskAlerts } from "../../dashboards/alerts/task-alerts.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startMonitoredQueue } from "../support/monitored-queue.ts";
import type { Prometheus, Sample } from "../support/prometheus.ts";
import { until } from "../support/until.ts";

test(
  "tells mistakes of submitters from faults, and a killed worker from a busy one",
  { timeout: 180_000 },
  async () => {
    const { prometheus, producer, queue, startWorker } = await startMonitoredQueue({
      exporters: async () => ({}),
      haste: 60,
    });
    const worker = await startWorker();
    const divide = (y: number, delayMs: number) =>
      submitDivision(producer.url, { x: 10, y, delayMs });
    await untilFinal(producer.url, (await divide(0, 0)).id);
    await until(
      "the first scrape of it",
      async () => (await prometheus.queryNow("taskqueue_jobs_finished_total")).length > 0,
    );

    for (let second = 0; second < 4; second += 1) {
      await Promise.all(Array.from({ length: 30 }, () => divide(0, 0)));
      await sleep(1_000);
    }
    await untilFiring(prometheus, "TaskQueueUserErrorSpike");
    const aboutTasks = taskAlerts.map(({ name }) => name);
    const fired = await firedSoFar(prometheus);
    expect(fired.filter((name) => aboutTasks.includes(name))).toEqual(["TaskQueueUserErrorSpike"]);

    await Promise.all(Array.from({ length: 40 }, () => divide(2, 5_000)));
    await worker.stop("SIGKILL");
    await untilFiring(prometheus, "TaskQueueNoWorkers");
    const links = (await prometheus.alerts("TaskQueueNoWorkers")).map(
      ({ annotations }) => annotations["dashboard_url"],
    );
    expect(links).toEqual(["http://grafana/d/taskqueue-overview?var-queue=tasks"]);
    await startWorker();
    const resolved = async () => !(await firing(prometheus)).includes("TaskQueueNoWorkers");
    await until("TaskQueueNoWorkers to resolve", resolved, 30_000);

    await untilFiring(prometheus, "TaskQueueStalledJobs");

    await queue.addBulk(
      Array.from({ length: 30 }, () => ({ name: "of-another-release", data: {} })),
    );
    await untilFiring(prometheus, "TaskQueueHighFailureRatio");
  },
);

async function untilFiring(prometheus: Prometheus, name: string): Promise<void> {
  await until(`${name} to fire`, async () => (await firing(prometheus)).includes(name), 30_000);
}

async function firing(prometheus: Prometheus): Promise<string[]> {
  return namesIn(await prometheus.queryNow('ALERTS{alertstate="firing"}'));
}

/** Every alert that has fired since this Prometheus started. */
async function firedSoFar(prometheus: Prometheus): Promise<string[]> {
  return namesIn(await prometheus.queryNow('last_over_time(ALERTS{alertstate="firing"}[1h])'));
}

function namesIn(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map(({ labels }) => labels["alertname"] ?? ""))].toSorted();
}
