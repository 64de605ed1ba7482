import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadTasks } from "../../../src/task/registry.ts";
import type { JobReports, LogLine, Progress } from "../../../src/task/job-reports.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import { classifyFailure } from "../../../src/task/failure.ts";
import { openChildren } from "../../../src/worker/isolation/children.ts";
import { isolateTasks } from "../../../src/worker/isolation/isolated-tasks.ts";
import { runTask } from "../../../src/task/run-task.ts";
import { isolatedTasks } from "../../support/fork.ts";
import { attemptWith } from "../../support/job.ts";
import { descendantsOf } from "../../support/process-tree.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

const calm = new AbortController().signal;

interface Report {
  readonly pid: number;
  readonly variables: readonly string[];
  readonly oomScore: number;
}

/** Runs isolated tasks on this process's own children, which go with the test. */
async function openTasks(
  options: { max?: number; idleMs?: number; maxJobs?: number; log?: Log } = {},
) {
  const children = openChildren({
    max: 2,
    env: { PATH: process.env["PATH"], OF_THE_TASK: "1" },
    deathSignal: [],
    delegatedGroup: undefined,
    log: pino({ level: "silent" }),
    ...options,
  });
  onTestFinished(() => children.close());
  const tasks = isolateTasks(await loadTasks(isolatedTasks), children, isolatedTasks);
  const told: { progress: Progress[]; lines: LogLine[]; skipped: number } = {
    progress: [],
    lines: [],
    skipped: 0,
  };
  const reports: JobReports = {
    progress: (progress) => told.progress.push(progress),
    log(lines, skipped) {
      told.lines.push(...lines);
      told.skipped += skipped;
    },
  };
  const run = async (name: string, input: unknown, signal = calm) => {
    const task = tasks.get(name);
    if (task === undefined) throw new Error(`no task "${name}"`);
    return runTask(task, task.input.parse(input), attemptWith(signal, reports));
  };
  const report = async () => (await run("probe", { deed: "report" })) as Report;
  return { run, report, children, told };
}

const probes = () =>
  descendantsOf(process.pid).filter(({ command }) => command.includes("probe.ts"));

const ours = (pid: number) => descendantsOf(process.pid).some((child) => child.pid === pid);

test("an isolated task runs in a process that is used again", async () => {
  const { report } = await openTasks();
  const [first, second] = [await report(), await report()];
  expect(first.pid).not.toBe(process.pid);
  expect(second.pid).toBe(first.pid);
});

test("jobs that run at once have a process each", async () => {
  const { report } = await openTasks();
  const reports = await Promise.all([report(), report()]);
  expect(new Set(reports.map(({ pid }) => pid)).size).toBe(2);
});

test("memory that runs out takes an isolated task's process before the worker", async () => {
  const { report } = await openTasks();
  expect((await report()).oomScore).toBe(1_000);
});

test("an isolated task is told which job it runs for", async () => {
  const { run } = await openTasks();
  const { id, attempt } = attemptWith();
  expect(await run("probe", { deed: "identify" })).toEqual({ id, attempt });
});

test("what an isolated task tells of its job comes before its result", async () => {
  const { run, told } = await openTasks();
  await run("probe", { deed: "tell" });
  expect(told.progress).toEqual([{ fraction: 0.5, text: "half" }]);
  expect(told.lines.map(({ level, message, fields }) => [level, message, fields])).toEqual([
    ["info", "first", { n: 1 }],
    ["warn", "second", {}],
    ["warn", "job.progress was given 7, expected a number from 0 to 1", {}],
  ]);
});

test("an isolated task that computes without a pause is heard meanwhile, and bounded", async () => {
  const { run, told } = await openTasks();
  const work = run("probe", { deed: "compute", message: "1000" });
  await until("it to be heard", () => told.lines.length > 0);
  const early = told.progress.length;
  await work;
  expect(early).toBeLessThanOrEqual(told.progress.length);
  // Ten messages a second, with 200 lines each.
  expect(told.progress.length).toBeLessThanOrEqual(15);
  expect(told.progress.length).toBeGreaterThan(3);
  expect(told.skipped).toBeGreaterThan(1_000);
  const last = told.lines.at(-1)?.message;
  expect(last).toBe(`line ${told.lines.length + told.skipped - 1}`);
});

test("what an isolated task tells after its end is ignored, and harms no other job", async () => {
  const { run, report, told } = await openTasks({ max: 1 });
  await run("probe", { deed: "linger" });
  const { pid } = await report();
  expect((await report()).pid).toBe(pid);
  expect(told.lines).toEqual([]);
});

test("a process that reports without end is killed, and its job has crashed", async () => {
  const { run } = await openTasks();
  await expect(run("probe", { deed: "gush" })).rejects.toThrow(
    "sent reports without end, and was killed",
  );
  await until("it to end", () => probes().length === 0);
});

test("an unused process ends after a while", async () => {
  const { report } = await openTasks({ idleMs: 50 });
  const { pid } = await report();
  await until("it to end", () => !ours(pid));
  expect((await report()).pid).not.toBe(pid);
});

test("a process is replaced after so many jobs that a leak cannot grow for ever", async () => {
  const { report } = await openTasks({ maxJobs: 2 });
  const pids = [(await report()).pid, (await report()).pid, (await report()).pid];
  expect(pids[1]).toBe(pids[0]);
  expect(pids[2]).not.toBe(pids[0]);
});

test("a process of one task makes room for that of another", async () => {
  const { run, report } = await openTasks({ max: 1 });
  const { pid } = await report();
  await expect(run("poison", { by: "exit" })).rejects.toThrow("exited with code 3");
  expect(ours(pid)).toBe(false);
});

test("an isolated task's result may be as large as the task says", async () => {
  const { run } = await openTasks();
  const fill = (length: number) => run("probe", { deed: "fill", message: String(length) });
  await expect(fill(99_998)).resolves.toHaveLength(99_998);
  const error: unknown = await fill(99_999).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toMatchObject({
    failureClass: "overflow",
    reason: "the result is larger than 100000 bytes",
  });
});

test.each([
  ["reject", "division_by_zero", "cannot do that", false],
  ["depend", "dependency", "the mail server is silent", true],
  ["overflow", "overflow", 'the result at "ratio" is NaN', false],
  ["map", "_OTHER", 'the result at "found" is a Map, expected Object.fromEntries() of it', false],
  [
    "count",
    "_OTHER",
    'the result at "count" is a BigInt, expected a number or a text of digits',
    false,
  ],
])(
  "an isolated task that does %j fails as it would in the worker",
  async (deed, failureClass, reason, retryable) => {
    const { run } = await openTasks();
    const error: unknown = await run("probe", { deed }).catch((thrown: unknown) => thrown);
    expect(classifyFailure(error)).toEqual({ failureClass, reason, retryable });
    expect(error).toMatchObject({ stack: expect.stringContaining("isolation/main.ts") });
  },
);

test.each([
  ["exit", /^the task's process \d+ exited with code 3$/],
  ["signal", /^the task's process \d+ was killed by SIGSEGV$/],
  ["throw", /^the task's process \d+ exited with code 1$/],
])("a process that ends by %s is a crash, which may go well next time", async (by, reason) => {
  const { run } = await openTasks();
  const error: unknown = await run("poison", { by }).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toMatchObject({
    failureClass: "crashed",
    reason: expect.stringMatching(reason),
    retryable: true,
  });
});

test("an isolated task without a result has none", async () => {
  const { run } = await openTasks();
  expect(await run("probe", { deed: "nothing" })).toBe(undefined);
});

test("a task that prints without end is not held up, and reaches the log up to a limit", async () => {
  const { log, lines } = collectLog();
  const { run } = await openTasks({ log });
  // Five million characters, of which a pipe holds 65,536.
  expect(await run("probe", { deed: "flood" })).toBe(undefined);
  const told = () => lines().reduce((sum, { msg }) => sum + String(msg).length, 0);
  await until("output", () => told() > 100_000);
  await run("probe", { deed: "nothing" });
  expect(told()).toBeLessThanOrEqual(262_144 + 8_192);
});

test("a task that crashes again and again has one limit for what all its processes print", async () => {
  const { log, lines } = collectLog();
  const { run } = await openTasks({ log });
  for (let n = 0; n < 4; n += 1) {
    // Of 200,000 characters each, which is less than the limit.
    await expect(run("probe", { deed: "outcry" })).rejects.toThrow("exited with code 1");
  }
  const told = () => lines().reduce((sum, { msg }) => sum + String(msg).length, 0);
  await until("output", () => told() >= 195_000);
  await run("probe", { deed: "nothing" });
  expect(told()).toBeLessThanOrEqual(262_144 + 8_192);
});

const line = { at: 0, level: "info", message: "", fields: {} };
const failure = { failureClass: "dependency", reason: "", retryable: true };

test.for<[what: string, message: unknown]>([
  ["nothing", null],
  ["a word of its own", "ready"],
  ["the result of another job", { kind: "result", job: 2, json: "1" }],
  ["a report of another job", { kind: "report", job: 2, lines: [], skipped: 0 }],
  ["progress of 50", { kind: "report", job: 1, progress: { fraction: 50 }, lines: [], skipped: 0 }],
  [
    "more lines than a log has",
    { kind: "report", job: 1, lines: Array.from({ length: 201 }, () => line), skipped: 0 },
  ],
  [
    "a line that is too long",
    { kind: "report", job: 1, lines: [{ ...line, message: "x".repeat(2_001) }], skipped: 0 },
  ],
  ["no JSON", { kind: "result", job: 1, json: "{" }],
  ["a result that is too long", { kind: "result", job: 1, json: `"${"x".repeat(262_144)}"` }],
  [
    "a failure without a class",
    { kind: "failure", job: 1, failure: { ...failure, failureClass: "toString" } },
  ],
  [
    "a reason that is too long",
    { kind: "failure", job: 1, failure: { ...failure, reason: "x".repeat(2_001) } },
  ],
  ["a stack that is too long", { kind: "failure", job: 1, failure, stack: "x".repeat(16_385) }],
])("a process that sends %s is killed, and its job has crashed", async ([, message]) => {
  const { run } = await openTasks();
  const work = run("probe", { deed: "send", message: JSON.stringify(message) });
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toMatchObject({
    failureClass: "crashed",
    reason: expect.stringMatching(
      /^the task's process \d+ sent what answers no job, and was killed$/,
    ),
    retryable: true,
  });
  await until("it to end", () => probes().length === 0);
});

test("a process that sends thousands of messages is killed once for all of them", async () => {
  const kill = vi.spyOn(process, "kill");
  onTestFinished(() => kill.mockRestore());
  const { run } = await openTasks();
  await expect(run("probe", { deed: "babble" })).rejects.toThrow("answers no job");
  await until("it to end", () => probes().length === 0);
  // Once as it is killed and once as it has ended, and each time what it may have started.
  expect(kill.mock.calls.length).toBeLessThan(20);
});

test("what a process answers once too often is no other job's answer", async () => {
  const { run } = await openTasks({ max: 1 });
  const message = JSON.stringify({ kind: "result", job: 1, json: "1" });
  expect(await run("probe", { deed: "answer", message })).toBe(1);
  await until("it to end", () => probes().length === 0);
  expect(await run("probe", { deed: "report" })).toMatchObject({ oomScore: 1_000 });
});

test("a failure keeps a part of a message without end, and of the stack that repeats it", async () => {
  const { run } = await openTasks();
  const error: unknown = await run("probe", { deed: "wail" }).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toMatchObject({
    failureClass: "_OTHER",
    reason: "x".repeat(2_000),
  });
  expect(String((error as Error).stack)).toHaveLength(16_384);
});

test("a task that obeys the worker's stop keeps its process", async () => {
  const { run, report } = await openTasks();
  const { pid } = await report();
  const stop = new AbortController();
  const work = run("probe", { deed: "obey" }, stop.signal);
  stop.abort(new Error("the worker stops"));
  await expect(work).rejects.toThrow("the worker stops");
  expect((await report()).pid).toBe(pid);
});

test("closing ends every process, the unused and the busy", async () => {
  const { run, report, children } = await openTasks({ max: 3 });
  await Promise.all([report(), report(), report()]);
  expect(probes()).toHaveLength(3);
  const work = Promise.all([run("probe", { deed: "obey" }), run("probe", { deed: "obey" })]);
  children.close();
  await expect(work).rejects.toThrow("was killed by SIGKILL");
  await until("all to end", () => probes().length === 0);
});
