import { expect, test } from "vitest";
import type { EndedSeconds, ReadEndedJobs } from "../../../src/producer/overview/ended-jobs.ts";
import { createHistory, type History } from "../../../src/producer/overview/history.ts";
import type { OverviewState } from "../../../src/producer/overview/overview-state.ts";

const start = Date.parse("2026-01-02T03:00:00.000Z");
const jobs = {
  waiting: 7,
  prioritized: 0,
  active: 0,
  delayed: 0,
  waiting_children: 0,
  succeeded: 0,
  failed: 0,
};
const state: OverviewState = {
  queues: new Map([
    ["default", { jobs, oldestReadyAt: undefined, paused: false, workers: 1, heldBy: [] }],
  ]),
  skewMs: 0,
  blockedBy: [],
  schedules: [],
};

test("fills the time before its start with what ended, and leaves a gap for the rest", async () => {
  const world = createWorld();
  world.end(start - 300_000);
  const fresh = await world.history.take();

  expect(fresh).toHaveLength(120);
  expect(fresh.filter(({ last_minute: minute }) => minute?.succeeded === 1)).toHaveLength(12);
  expect(fresh.filter(({ queue }) => queue !== null).map(({ at }) => at)).toEqual([
    "2026-01-02T03:00:00.000Z",
  ]);
});

test("tells why a queue is paused as long as it is, and not of the time before", async () => {
  const queues = new Map(
    [...state.queues].map(
      ([name, queue]) => [name, { ...queue, paused: true, pausedBecause: "mending" }] as const,
    ),
  );
  const world = createWorld({ ...state, queues });
  await world.history.take();
  world.now += 1_000;
  await world.history.take();
  const told = world.history.snapshots.filter((one) => JSON.stringify(one).includes("mending"));
  expect(told).toEqual([world.history.snapshots.at(-1)]);
});

test("reads again only the seconds that a worker's clock may still date a job into", async () => {
  const world = createWorld();
  await world.history.take();
  world.now += 1_000;
  await world.history.take();
  world.now += 300;
  await world.history.take();
  expect(world.reads).toEqual([
    [start - 661_000, start - 1_000],
    [start - 16_000, start],
  ]);
});

test("tells of a job whose worker's clock is 10 s behind", async () => {
  const world = createWorld();
  await world.history.take();
  world.end(start - 10_000);
  world.now += 1_000;
  const [after] = await world.history.take();
  expect(after?.last_minute).toMatchObject({ succeeded: 1 });
});

test("still tells of jobs that are not kept any more when their second is read again", async () => {
  const world = createWorld();
  world.end(start - 10_000);
  await world.history.take();
  world.forget(start - 5_000);
  world.now += 1_000;
  const [after] = await world.history.take();
  expect(after?.last_minute).toMatchObject({ succeeded: 1 });
});

test("tells a failed read as a gap and catches up on what ended meanwhile", async () => {
  const world = createWorld();
  await world.history.take();
  world.reachable = false;
  world.now += 1_000;
  const [gap] = await world.history.take();
  world.end(world.now);
  world.reachable = true;
  world.now += 3_000;
  const [after] = await world.history.take();
  expect([gap, after]).toEqual([
    {
      at: "2026-01-02T03:00:01.000Z",
      queue: null,
      queues: null,
      schedules: null,
      last_minute: null,
    },
    expect.objectContaining({
      at: "2026-01-02T03:00:04.000Z",
      queue: expect.objectContaining({ waiting: 7 }),
      last_minute: expect.objectContaining({ succeeded: 1 }),
    }),
  ]);
});

test("tells nothing until the queue was read once, and then the past as well", async () => {
  const world = createWorld();
  world.reachable = false;
  expect(await world.history.take()).toEqual([]);
  world.reachable = true;
  world.now += 5_000;
  expect(await world.history.take()).toHaveLength(120);
});

test("fills the time in which this machine slept", async () => {
  const world = createWorld();
  await world.history.take();
  world.now += 60_000;
  const fresh = await world.history.take();
  expect(fresh.map(({ queue }) => queue?.waiting)).toEqual([
    ...Array.from({ length: 11 }, () => undefined),
    7,
  ]);
});

test("tells a gap of a minute whose jobs are not kept any more", async () => {
  const world = createWorld();
  world.forget(start - 300_000);
  const fresh = await world.history.take();
  const gaps = fresh.filter(({ last_minute: minute }) => minute === null);
  expect([gaps.length, gaps[0]?.at, gaps.at(-1)?.at]).toEqual([
    12,
    "2026-01-02T02:55:05.000Z",
    "2026-01-02T02:56:00.000Z",
  ]);
});

test("forgets what is older than ten minutes", async () => {
  const world = createWorld();
  for (let second = 0; second <= 700; second += 1) {
    await world.history.take();
    world.now += 1_000;
  }
  const { snapshots } = world.history;
  expect([snapshots.length, snapshots[0]?.at, snapshots.at(-1)?.at]).toEqual([
    600,
    "2026-01-02T03:01:41.000Z",
    "2026-01-02T03:11:40.000Z",
  ]);
});

/** A history of a queue that is not there, on a clock that stands still. */
function createWorld(told = state) {
  const ended: EndedSeconds = new Map();
  const readEnded: ReadEndedJobs = async (from, until) => {
    if (!world.reachable) throw new Error("no Redis");
    world.reads.push([from, until]);
    return new Map([...ended].filter(([second]) => second >= from && second < until));
  };
  const world: {
    now: number;
    reachable: boolean;
    readonly reads: [number, number][];
    readonly history: History;
    /** Lets a job succeed in the second that starts then. */
    readonly end: (second: number) => void;
    /** Lets the jobs of that second be gone. */
    readonly forget: (second: number) => void;
  } = {
    now: start,
    reachable: true,
    reads: [],
    history: createHistory({
      readState: async () => {
        if (!world.reachable) throw new Error("no Redis");
        return told;
      },
      readEnded,
      now: () => world.now,
    }),
    end: (second) => void ended.set(second, { succeeded: 1, failed: 0, sample: [] }),
    forget: (second) => void ended.set(second, undefined),
  };
  return world;
}
