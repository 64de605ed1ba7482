import { expect, test } from "vitest";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";
import { createActivityCollector } from "../../src/worker/activity-metrics.ts";
import { createActivity } from "../../src/worker/activity.ts";

async function valueOf(registry: { metrics(): Promise<string> }, series: string): Promise<number> {
  const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(series));
  return Number(line?.slice(line.lastIndexOf(" ")));
}

test("counts busy time while a job still runs, and counts it once", async () => {
  const registry = createRegistry();
  const activity = createActivity();
  const collect = createActivityCollector(
    "default",
    activity,
    registerMetrics(registry, "worker", new Map()),
  );
  const busy = () => {
    collect();
    return valueOf(registry, "taskqueue_worker_busy_seconds_total");
  };
  const end = activity.begin();
  await expect.poll(busy).toBeGreaterThan(0.05);
  expect(await valueOf(registry, "taskqueue_worker_active_jobs")).toBe(1);
  expect(await valueOf(registry, "taskqueue_worker_oldest_active_job_age")).toBeGreaterThan(0.05);
  end();
  end();
  const total = await busy();
  expect(total).toBeCloseTo(activity.busySeconds(), 6);
  expect(await busy()).toBe(total);
  expect(await valueOf(registry, "taskqueue_worker_active_jobs")).toBe(0);
});

test("tells when each task last succeeded", async () => {
  const registry = createRegistry();
  const activity = createActivity();
  const collect = createActivityCollector(
    "default",
    activity,
    registerMetrics(registry, "worker", new Map()),
  );
  activity.succeed("quotient");
  collect();
  const seconds = await valueOf(registry, "taskqueue_job_last_success_timestamp_seconds");
  expect(seconds * 1_000).toBeCloseTo(activity.lastSuccessAt.get("quotient") ?? 0, 0);
});

test("tells which jobs run by name, the longest running first", async () => {
  const activity = createActivity();
  const [a, b] = ["a", "b"].map((id) => ({ id, task: "quotient", attempt: 1 }));
  const end = activity.begin(a);
  activity.begin();
  activity.begin(b);
  await expect.poll(() => activity.listJobs(10)[0]?.ranMs).toBeGreaterThan(20);
  const ranMs = expect.any(Number);
  expect(activity.listJobs(10)).toEqual([
    { ...a, ranMs },
    { ...b, ranMs },
  ]);
  expect(activity.listJobs(1)).toEqual([{ ...a, ranMs }]);
  expect(activity.running).toBe(3);
  end();
  expect(activity.listJobs(10)).toEqual([{ ...b, ranMs }]);
});
