import { expect, test } from "vitest";
import type { JobStatus } from "../../../src/producer/jobs/job-status.ts";
import { type Attempt, tellStory } from "../../../src/producer/pages/story.ts";

const start = Date.parse("2026-11-26T10:00:00.000Z");
const at = (ms: number) => new Date(start + ms).toISOString();

const job = {
  id: "01k3v8q2w9c4m7x1d5t6ra0yhz",
  task: "resize",
  queue: "images",
  input: {},
  attempts: 0,
  max_attempts: 4,
  created_at: at(0),
  links: { self: "", events: "", page: "" },
};

function tell(told: object, nowMs = 60_000) {
  const { steps, ...sums } = tellStory({ ...job, ...told } as JobStatus, start + nowMs);
  const brief = steps.map(({ name, kind, fromMs, tookMs, outcome }) =>
    [name, kind, fromMs, tookMs, outcome].filter((part) => part !== undefined),
  );
  return { steps: brief, ...sums };
}

function attempt(number: number, [from, until]: [number, number?], more: Partial<Attempt> = {}) {
  return {
    start: number,
    number,
    outcome: "running",
    started_at: at(from),
    ...(until !== undefined && { ended_at: at(until) }),
    ...more,
  };
}

test("a job that went well has waited and run, and nothing between attempts", () => {
  const history = [attempt(1, [6, 10], { outcome: "succeeded", ready_at: at(0) })];
  expect(tell({ status: "succeeded", finished_at: at(10), result: 5, history })).toEqual({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 6],
      ["Attempt 1", "good", 6, 4],
      ["Ended", "good", 10, "succeeded"],
    ],
    spanMs: 10,
    waitedMs: 6,
    ranMs: 4,
    betweenMs: undefined,
  });
});

test("a job that came by a request begins with it, and was not in line while that was read", () => {
  const history = [attempt(1, [6, 10], { outcome: "succeeded", ready_at: at(0) })];
  const told = { received_at: at(-4), finished_at: at(10), result: 5, history };
  expect(tell({ status: "succeeded", ...told })).toMatchObject({
    steps: [
      ["Request", "wait", 0, 4],
      ["Submitted", "idle", 4],
      ["Waited", "wait", 4, 6],
      ["Attempt 1", "good", 10, 4],
      ["Ended", "good", 14, "succeeded"],
    ],
    spanMs: 14,
    waitedMs: 6,
  });
});

test("back-off and the wait in line after it are told apart, and both are between attempts", () => {
  const history = [
    attempt(1, [10, 2_010], { outcome: "retried", error_type: "timeout", ready_at: at(0) }),
    attempt(2, [3_310, 4_310], { outcome: "failed", error_type: "_OTHER", ready_at: at(3_010) }),
  ];
  expect(
    tell({ status: "failed", finished_at: at(4_311), error_type: "_OTHER", error: "no", history }),
  ).toEqual({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 10],
      ["Attempt 1", "bad", 10, 2_000, "timeout"],
      ["Back-off", "wait", 2_010, 1_000],
      ["Waited", "wait", 3_010, 300],
      ["Attempt 2", "bad", 3_310, 1_000, "_OTHER"],
      ["Ended", "bad", 4_311, "_OTHER"],
    ],
    spanMs: 4_311,
    waitedMs: 10,
    ranMs: 3_000,
    betweenMs: 1_300,
  });
});

test("a moment in line after a back-off is part of it", () => {
  const history = [
    attempt(1, [10, 1_000], { outcome: "retried", error_type: "timeout", ready_at: at(0) }),
    attempt(2, [2_007], { ready_at: at(2_000) }),
  ];
  expect(tell({ status: "working", history }, 3_000).steps.slice(3)).toEqual([
    ["Back-off", "wait", 1_000, 1_007],
    ["Attempt 2", "busy", 2_007, 993],
  ]);
});

test("a job that waits to be tried again says when the next attempt is due", () => {
  const history = [
    attempt(1, [10, 1_000], { outcome: "retried", error_type: "timeout", ready_at: at(0) }),
  ];
  const waiting = { reason: "retrying", retry_at: at(9_000) };
  expect(tell({ status: "waiting", waiting, history }, 2_000)).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 10],
      ["Attempt 1", "bad", 10, 990, "timeout"],
      ["Back-off", "wait", 1_000, 8_000],
      ["Next attempt", "idle", 9_000, "due"],
    ],
    spanMs: 9_000,
  });
});

test("an attempt that runs goes on until now", () => {
  const history = [attempt(1, [10], { ready_at: at(0) })];
  expect(tell({ status: "working", history }, 700).steps.at(-1)).toEqual([
    "Attempt 1",
    "busy",
    10,
    690,
  ]);
});

test("what was to start later was not waiting until then", () => {
  const history = [attempt(1, [5_020, 5_030], { outcome: "succeeded", ready_at: at(5_000) })];
  expect(tell({ status: "succeeded", finished_at: at(5_030), result: 1, history })).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Due later", "wait", 0, 5_000],
      ["Waited", "wait", 5_000, 20],
      ["Attempt 1", "good", 5_020, 10],
      ["Ended", "good", 5_030, "succeeded"],
    ],
    waitedMs: 20,
  });
});

test("one that was cancelled while it waited has waited until then, and run never", () => {
  const ended = { error_type: "cancelled_by_user", error: "cancelled on request" };
  expect(tell({ status: "failed", finished_at: at(800), ...ended })).toEqual({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 800],
      ["Ended", "bad", 800, "cancelled_by_user"],
    ],
    spanMs: 800,
    waitedMs: undefined,
    ranMs: undefined,
    betweenMs: undefined,
  });
});

test("attempts that were lost or handed back say so in words of their own", () => {
  const history = [
    attempt(1, [10, 30_000], { outcome: "lost", ready_at: at(0) }),
    attempt(2, [30_000, 31_000], { outcome: "handed_back", ready_at: at(30_000) }),
    attempt(3, [31_000]),
  ];
  expect(tell({ status: "working", history }, 32_000).steps.slice(2)).toEqual([
    ["Attempt 1", "warn", 10, 29_990, "lost"],
    ["Attempt 2", "warn", 30_000, 1_000, "handed back"],
    ["Attempt 3", "busy", 31_000, 1_000],
  ]);
});

test("what passed until somebody retried a job that had ended is no back-off", () => {
  const history = [
    attempt(1, [10, 20], { outcome: "failed", error_type: "_OTHER", ready_at: at(0) }),
    attempt(2, [9_000, 9_010], { outcome: "succeeded", ready_at: at(8_995) }),
  ];
  expect(tell({ status: "succeeded", finished_at: at(9_010), result: 1, history })).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 10],
      ["Attempt 1", "bad", 10, 10, "_OTHER"],
      ["Had ended", "rest", 20, 8_980],
      ["Attempt 2", "good", 9_000, 10],
      ["Ended", "good", 9_010, "succeeded"],
    ],
    ranMs: 20,
    betweenMs: 0,
  });
});

test("one that was cancelled in its back-off had ended from then on until it was retried", () => {
  const history = [
    attempt(1, [10, 20], { outcome: "retried", error_type: "_OTHER", ready_at: at(0) }),
    attempt(2, [9_005, 9_010], { outcome: "succeeded", ready_at: at(9_000) }),
  ];
  const retries = [{ after_start: 1, ended_at: at(800), retried_at: at(9_000) }];
  const told = { history, history_retries: retries };
  expect(tell({ status: "succeeded", finished_at: at(9_010), result: 1, ...told })).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 10],
      ["Attempt 1", "bad", 10, 10, "_OTHER"],
      ["Back-off", "wait", 20, 780],
      ["Had ended", "rest", 800, 8_200],
      ["Waited", "wait", 9_000, 5],
      ["Attempt 2", "good", 9_005, 5],
      ["Ended", "good", 9_010, "succeeded"],
    ],
    betweenMs: 785,
  });
});

test("one that failed as stalled and was retried had ended meanwhile, and lacks no start", () => {
  const history = [
    attempt(1, [10, 100], { outcome: "lost", ready_at: at(0) }),
    { ...attempt(1, [9_005], { ready_at: at(9_000) }), start: 3 },
  ];
  const retries = [{ after_start: 2, ended_at: at(150), retried_at: at(9_000) }];
  const told = { history, history_retries: retries };
  expect(tell({ status: "working", ...told }, 10_000).steps.slice(3)).toEqual([
    ["Waited", "wait", 100, 50],
    ["Had ended", "rest", 150, 8_850],
    ["Waited", "wait", 9_000, 5],
    ["Attempt 1 again", "busy", 9_005, 995],
  ]);
});

test("one that was cancelled in its back-off was in that until it ended", () => {
  const history = [attempt(1, [10, 20], { outcome: "retried", error_type: "_OTHER" })];
  const ended = { error_type: "cancelled_by_user", error: "cancelled on request", history };
  expect(tell({ status: "failed", finished_at: at(800), ...ended }).steps.slice(3)).toEqual([
    ["Back-off", "wait", 20, 780],
    ["Ended", "bad", 800, "cancelled_by_user"],
  ]);
});

test("a back-off that has only begun is told as planned, and not as time between attempts", () => {
  const history = [
    attempt(1, [10, 20], { outcome: "retried", error_type: "_OTHER", ready_at: at(0) }),
    attempt(2, [120, 130], { outcome: "retried", error_type: "_OTHER", ready_at: at(120) }),
  ];
  const told = { ...job, status: "waiting", waiting: { retry_at: at(9_000) }, history };
  const { steps, betweenMs } = tellStory(told as unknown as JobStatus, start + 200);
  expect(steps.map(({ standing }) => standing)).toEqual([
    ...Array<string>(5).fill("over"),
    "planned",
    "over",
  ]);
  expect(betweenMs).toBe(100);
});

test("one that was cancelled before its first attempt had ended until it was retried, and waits again", () => {
  const told = { history_retries: [{ after_start: 1, ended_at: at(300), retried_at: at(9_000) }] };
  const waiting = [
    ["Submitted", "idle", 0],
    ["Waited", "wait", 0, 300],
    ["Had ended", "rest", 300, 8_700],
  ];
  expect(tell({ status: "waiting", ...told }, 9_500).steps).toEqual([
    ...waiting,
    ["Waits", "wait", 9_000, 500],
  ]);
  const history = [{ ...attempt(1, [9_400], { ready_at: at(9_000) }), start: 2 }];
  expect(tell({ status: "working", ...told, history }, 9_500).steps).toEqual([
    ...waiting,
    ["Waited", "wait", 9_000, 400],
    ["Attempt 1", "busy", 9_400, 100],
  ]);
});

test("an attempt whose end nobody knows does not go on until now", () => {
  const history = [
    { start: 1, outcome: "unknown" },
    attempt(2, [9_000, 9_010], { outcome: "succeeded" }),
  ];
  expect(tell({ status: "succeeded", finished_at: at(9_010), result: 1, history })).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 0],
      ["An attempt", "idle", 0, "not known"],
      ["Not known", "rest", 0, 9_000],
      ["Attempt 2", "good", 9_000, 10],
      ["Ended", "good", 9_010, "succeeded"],
    ],
    spanMs: 9_010,
    ranMs: 10,
  });
});

test("starts that are kept no longer are told as such, and not as a wait", () => {
  const history = [
    attempt(10, [10, 20], { outcome: "handed_back" }),
    attempt(61, [9_000, 9_010], { outcome: "succeeded" }),
  ];
  const { steps } = tell({
    status: "succeeded",
    finished_at: at(9_010),
    result: 1,
    history,
    history_omitted: 50,
  });
  expect(steps[3]).toEqual(["50 starts that are not kept", "rest", 20, 8_980]);
});

test("a worker whose clock is behind that of the producer did not run before the job was there", () => {
  const history = [attempt(1, [-10_000, -9_990], { outcome: "succeeded", ready_at: at(0) })];
  expect(tell({ status: "succeeded", finished_at: at(-9_990), result: 1, history })).toMatchObject({
    steps: [
      ["Submitted", "idle", 0],
      ["Waited", "wait", 0, 0],
      ["Attempt 1", "good", 0, 10],
      ["Ended", "good", 10, "succeeded"],
    ],
    spanMs: 10,
  });
});

test("times that make no sense together draw nothing that ends before it begins", () => {
  const history = [attempt(1, [500, 100], { outcome: "failed", ready_at: at(900) })];
  const { steps } = tell({ status: "failed", finished_at: at(50), error_type: "_OTHER", history });
  expect(steps.filter(([, , , took]) => typeof took === "number" && took < 0)).toEqual([]);
});

test("a job whose record does not say when it was submitted has no story", () => {
  expect(tell({ created_at: undefined, status: "waiting" })).toMatchObject({ steps: [] });
});
