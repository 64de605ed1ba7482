import { expect, onTestFinished, test, vi } from "vitest";
import { queueLimits } from "../../src/contract/queues.ts";
import type { QueueState } from "../../src/queue/state.ts";
import { startDeadman } from "../../src/worker/deadman.ts";

const idle: QueueState = {
  jobs: {
    waiting: 3,
    prioritized: 0,
    active: 0,
    delayed: 0,
    waiting_children: 0,
    succeeded: 0,
    failed: 0,
  },
  paused: false,
  workers: 1,
  heldBy: [],
};

/** Watches for 10 minutes of pretended time and tells how often it would have exited. */
async function watch(
  readState: () => Promise<QueueState>,
  activity = { running: 0, lastStartAt: 0 },
  brake = { lastHeldAt: Number.NEGATIVE_INFINITY },
  isDrained = () => false,
): Promise<number> {
  vi.useFakeTimers();
  const onWedged = vi.fn<(waitedMs: number) => void>();
  const limits = { concurrency: 10, limitMs: 60_000 };
  const deps = { readState, activity, brake, isDrained, ...limits, onWedged };
  const stop = startDeadman(deps);
  onTestFinished(() => {
    stop();
    vi.useRealTimers();
  });
  await vi.advanceTimersByTimeAsync(600_000);
  return onWedged.mock.calls.length;
}

test("gives a worker up that starts nothing although jobs wait", async () => {
  expect(await watch(async () => idle)).toBeGreaterThan(0);
});

test("gives a worker up that starts none of the jobs that have a priority", async () => {
  const jobs = { ...idle.jobs, waiting: 0, prioritized: 3 };
  expect(await watch(async () => ({ ...idle, jobs }))).toBeGreaterThan(0);
});

test("lets a worker be that has nothing to do", async () => {
  expect(await watch(async () => ({ ...idle, jobs: { ...idle.jobs, waiting: 0 } }))).toBe(0);
});

test("lets a worker be whose queue is paused", async () => {
  expect(await watch(async () => ({ ...idle, paused: true }))).toBe(0);
});

test("lets a worker be that an operator has drained, until it is released", async () => {
  let drained = true;
  const isDrained = () => drained;
  expect(await watch(async () => idle, undefined, undefined, isDrained)).toBe(0);
  drained = false;
  await vi.advanceTimersByTimeAsync(50_000);
  expect(await watch(async () => idle, undefined, undefined, isDrained)).toBeGreaterThan(0);
});

test.each(queueLimits)("lets a worker be whose queue's %s holds its jobs back", async (limit) => {
  expect(await watch(async () => ({ ...idle, heldBy: [limit] }))).toBe(0);
});

test("lets a worker be whose slots are all taken", async () => {
  expect(await watch(async () => idle, { running: 10, lastStartAt: 0 })).toBe(0);
});

test("lets a worker be that cannot reach Redis", async () => {
  expect(await watch(() => Promise.reject(new Error("redis is away")))).toBe(0);
});

test("lets a worker be that Redis refuses to serve", async () => {
  const brake = { lastHeldAt: 0 };
  const refused = async () => {
    brake.lastHeldAt = performance.now() - 300;
    return idle;
  };
  expect(await watch(refused, { running: 0, lastStartAt: 0 }, brake)).toBe(0);
});

test("gives a worker up that starts nothing once Redis serves it again", async () => {
  const brake = { lastHeldAt: 90_000 };
  expect(await watch(async () => idle, { running: 0, lastStartAt: 0 }, brake)).toBeGreaterThan(0);
});

test("lets a worker be that keeps starting jobs", async () => {
  const activity = { running: 1, lastStartAt: 0 };
  const busy = async () => {
    activity.lastStartAt = performance.now();
    return idle;
  };
  expect(await watch(busy, activity)).toBe(0);
});

test("lets a worker be whose clock is set forward", async () => {
  const activity = { running: 0, lastStartAt: 0 };
  let looks = 0;
  const adjusted = async () => {
    looks += 1;
    if (looks === 2) vi.setSystemTime(Date.now() + 600_000);
    if (looks > 2) activity.lastStartAt = performance.now();
    return idle;
  };
  expect(await watch(adjusted, activity)).toBe(0);
});
