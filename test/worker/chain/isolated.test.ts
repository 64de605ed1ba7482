import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { ChildJob, SubmitChild } from "../../../src/task/child-job.ts";
import { classifyFailure } from "../../../src/task/failure.ts";
import { loadTasks } from "../../../src/task/registry.ts";
import { runTask } from "../../../src/task/run-task.ts";
import { DependencyError } from "../../../src/task/task.ts";
import { openChildren } from "../../../src/worker/isolation/children.ts";
import { isolateTasks } from "../../../src/worker/isolation/isolated-tasks.ts";
import { attemptWith } from "../../support/job.ts";

const folder = new URL("../../support/chained-tasks/", import.meta.url);

/** Runs "branch" on a process of its own, whose worker submits as given. */
async function openBranch(submit?: SubmitChild) {
  const children = openChildren({
    max: 1,
    env: {},
    deathSignal: [],
    delegatedGroup: undefined,
    log: pino({ level: "silent" }),
  });
  onTestFinished(() => children.close());
  const loaded = await loadTasks(folder);
  const branch = isolateTasks(loaded, children, folder).get("branch");
  if (branch === undefined) throw new Error("expected a task");
  const submitted: ChildJob[] = [];
  const collect: SubmitChild = async (child) => {
    submitted.push(child);
    return { id: `id-${String(child.input["n"])}` };
  };
  const run = async (deed: string) =>
    runTask(branch, { deed }, attemptWith(undefined, undefined, submit ?? collect));
  return { run, submitted, leaf: loaded.get("leaf") };
}

test("an isolated task submits jobs through its worker", async () => {
  const { run, submitted, leaf } = await openBranch();
  expect(await run("submit")).toEqual(["id-1", "id-1", "id-2"]);
  expect(submitted).toEqual([
    { task: leaf, input: { n: 1 }, key: undefined, start: undefined },
    { task: leaf, input: { n: 1 }, key: undefined, start: undefined },
    { task: leaf, input: { n: 2 }, key: "b", start: { delayMs: 60_000 } },
  ]);
  expect(submitted[0]?.task).toBe(leaf);
});

test("an isolated task ends once what it submits without waiting is stored", async () => {
  const { run, submitted } = await openBranch();
  await run("float");
  expect(submitted).toHaveLength(20);
});

test("an isolated task's job fails, and does not crash, if what it submits without waiting is lost", async () => {
  const { run } = await openBranch(async ({ input }) => {
    if (input["n"] === 1) throw new DependencyError("job.submit: the queue is full");
    return { id: "two" };
  });
  const error: unknown = await run("forget").catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toEqual({
    failureClass: "dependency",
    reason: "job.submit: the queue is full",
    retryable: true,
  });
});

test("what a job submits as it ends harms no other job of its process", async () => {
  const { run, submitted } = await openBranch();
  const pid = await run("identify");
  await expect(run("hurry")).rejects.toThrow("too soon");
  expect(await run("submit")).toEqual(["id-1", "id-1", "id-2"]);
  expect(submitted).toHaveLength(3);
  expect(await run("identify")).toBe(pid);
});

test.each([
  ["misuse", 'job.submit: the input does not fit the task "Leaf"'],
  ["stranger", 'job.submit: the task "Stranger" is not registered'],
])("an isolated task is told of its own mistake: %s", async (deed, reason) => {
  const { run, submitted } = await openBranch();
  const error: unknown = await run(deed).catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toEqual({
    failureClass: "_OTHER",
    reason: expect.stringContaining(reason),
    retryable: false,
  });
  expect(submitted).toEqual([]);
});

test("an isolated task is told that nothing can be submitted now, as another one is", async () => {
  const { run } = await openBranch(async () => {
    throw new DependencyError("job.submit: the queue is full");
  });
  expect(await run("catch")).toBe("job.submit: the queue is full");
});

test("an isolated task that submits more jobs at once than a job may fails at once, and says why", async () => {
  const { run } = await openBranch(() => new Promise(() => {}));
  const error: unknown = await run("throng").catch((thrown: unknown) => thrown);
  expect(classifyFailure(error)).toEqual({
    failureClass: "_OTHER",
    reason: "job.submit: got more than 1000 jobs at once, a job's limit in all",
    retryable: false,
  });
});

test("a process that submits jobs without end is killed, and its job has crashed", async () => {
  const { run } = await openBranch(() => new Promise(() => {}));
  await expect(run("gush")).rejects.toThrow("submitted jobs without end, and was killed");
});
