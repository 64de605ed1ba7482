import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { taskAlerts } from "../../dashboards/alerts/task-alerts.ts";
import { postJson, submitDivision, untilFinal } from "../support/client.ts";
import { startMonitoredQueue } from "../support/monitored-queue.ts";
import type { Prometheus, Sample } from "../support/prometheus.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { asSubmitted } from "../support/postponed.ts";
import { until } from "../support/until.ts";

test("tells mistakes of submitters from faults, and a killed worker from a busy one", async () => {
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
    async () => (await prometheus.queryNow("taskqueue_jobs_finished_total > 0")).length > 0,
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
  expect(links).toEqual(["http://grafana/d/taskqueue-overview?var-queue=default"]);
  // It has been scraped by when it takes over what the killed one ran: growth is all that is seen.
  await startWorker({ WORKER_STALLED_CHECK_MS: "5000" });
  const resolved = async () => !(await firing(prometheus)).includes("TaskQueueNoWorkers");
  await until("TaskQueueNoWorkers to resolve", resolved);

  await untilFiring(prometheus, "TaskQueueStalledJobs");

  await queue.addBulk(Array.from({ length: 30 }, () => ({ name: "of-another-release", data: {} })));
  await untilFiring(prometheus, "TaskQueueHighFailureRatio");
});

test("wakes somebody up for the right thing alone in each state that it is brought into", async () => {
  const { prometheus, producer, redis, startWorker } = await startMonitoredQueue({
    exporters: async () => ({}),
    haste: 60,
  });
  const untilWoken = async (name: string) => {
    await untilFiring(prometheus, name);
    expect(await woken(prometheus)).toEqual([name]);
  };
  const untilWell = () =>
    until("nobody to be woken", async () => (await woken(prometheus)).length === 0);

  // No worker has ever started, and no job waits.
  await untilWoken("TaskQueueNoWorkers");
  await startWorker();
  await untilWell();

  const submit = () =>
    postJson(`${producer.url}/api/v1/jobs`, {
      task: "quotient",
      input: { x: 1, y: 1, delayMs: 0 },
    });
  await redis.signal("SIGKILL");
  await untilFiring(prometheus, "RedisDown");
  // For longer than TaskQueueEnqueueFailing would take.
  const firingOften = 'count_over_time(ALERTS{alertname="RedisDown",alertstate="firing"}[1m]) > 8';
  const seen = await until(
    "RedisDown to go on while submissions are refused",
    async () => {
      const { status } = await submit();
      return (await prometheus.queryNow(firingOften)).length > 0 && status;
    },
    80_000,
    100,
  );
  expect([seen, await woken(prometheus)]).toEqual([503, ["RedisDown"]]);
  await redis.start();
  await untilWell();

  await producer.stop("SIGKILL");
  await untilWoken("TaskQueueProducerDown");
});

test("tells of what can wait until the morning, each fault by its own alert, and wakes nobody", async () => {
  const { prometheus, producer, queue, startWorker } = await startMonitoredQueue({
    exporters: async () => ({}),
    haste: 60,
  });
  const narrow = await startOtlpReceiver(0, {
    partialSuccess: { rejectedLogRecords: 1, errorMessage: "entry too far behind" },
  });
  const clock = fileURLToPath(new URL("../faults/skewed-clock.ts", import.meta.url));
  const worker = await startWorker({
    OTEL_EXPORTER_OTLP_ENDPOINT: narrow.url,
    NODE_OPTIONS: `--import ${clock}`,
    CLOCK_SKEW_MS: "-10000",
  });
  const told = async () =>
    (await firing(prometheus)).filter((name) => !["Watchdog", ...unscraped].includes(name));

  await untilTold("TaskQueueClockSkew");
  await until("TaskQueueTelemetryLost to fire", async () => {
    await submitDivision(producer.url, { x: 1, y: 1, delayMs: 0 });
    return (await told()).includes("TaskQueueTelemetryLost");
  });
  expect(await told()).toEqual(["TaskQueueClockSkew", "TaskQueueTelemetryLost"]);

  // For the process it is as if it computed all that time.
  worker.child.kill("SIGSTOP");
  const stoppedAt = Date.now() / 1_000;
  await until("a scrape from then on to time out", async () => {
    const lost = `timestamp(up{job="taskqueue-worker"} == 0) > ${stoppedAt}`;
    return (await prometheus.queryNow(lost)).length > 0;
  });
  worker.child.kill("SIGCONT");
  await untilTold("NodeEventLoopBlocked");
  await until("it to be scraped again", async () => !(await told()).includes("TargetDown"));

  await queue.addBulk(
    Array.from({ length: 20 }, () => ({
      name: "quotient",
      data: { x: 1, y: 1, delayMs: 60_000 },
      opts: { ...asSubmitted(), timestamp: Date.now() - 120_000 },
    })),
  );
  await untilTold("TaskQueueOldestJobTooOld");
  expect(await woken(prometheus)).toEqual([]);

  async function untilTold(name: string): Promise<void> {
    await until(`${name} to fire`, async () => (await told()).includes(name));
  }
});

/** They are none of these worlds. */
const unscraped = ["RedisExporterDown", "NodeExporterDown"];

async function untilFiring(prometheus: Prometheus, name: string): Promise<void> {
  await until(`${name} to fire`, async () => (await firing(prometheus)).includes(name));
}

/** What fires and wakes somebody up. */
async function woken(prometheus: Prometheus): Promise<string[]> {
  return namesIn(await prometheus.queryNow('ALERTS{alertstate="firing",severity="critical"}'));
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
