import { writeFileSync } from "node:fs";
import { openJobContext } from "../../task/job-reports.ts";
import { loadTask, loadTasks } from "../../task/registry.ts";
import { classifyFailure, readStack } from "../../task/failure.ts";
import { formatResult } from "../../task/result.ts";
import { type AskedJobs, createAskedJobs } from "./asked-jobs.ts";
import type { Message, Order, Outcome } from "./messages.ts";
import { openOutbox } from "./outbox.ts";
import { startMs } from "./start-limit.ts";
import { createTaskNames } from "./task-names.ts";

type RunOrder = Extract<Order, { kind: "run" }>;

try {
  // Where memory runs out, Linux kills this process first, and not the worker with all its jobs.
  writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
  // Another system.
}
// Its worker is gone: whatever runs here is run again by another one.
process.on("disconnect", () => process.exit());

const [, , file = "", members = ""] = process.argv;
try {
  // Before the task is there, so that whatever it starts is in the group that is killed with it.
  if (members !== "") writeFileSync(members, "0");
} catch {
  // The group may not be joined: what the task starts is found by its mark.
}
// The worker's deadline is the one that counts: many processes that start at once are slow.
const limits = { slowMs: startMs / 3, maxMs: startMs };
const task = await loadTask(new URL(file), limits);
// Those that the task has imported are the same.
const nameOf = createTaskNames(async () => loadTasks(new URL("./", file), limits));
let stop = new AbortController();
let latest = 0;
let asked: AskedJobs | undefined;
process.on("message", (order: Order) => {
  if (order.kind === "abort") {
    stop.abort(new Error(order.reason));
    return;
  }
  if (order.kind === "submitted") {
    if (order.job === latest) asked?.answer(order);
    return;
  }
  stop = new AbortController();
  void perform(order, stop.signal).then(send);
});
send({ kind: "ready" });

function send(message: Message): void {
  process.send?.(message);
}

async function perform(
  { job, id, attempt, input }: RunOrder,
  signal: AbortSignal,
): Promise<Outcome> {
  const outbox = openOutbox(
    (report, onSent) =>
      process.send?.({ kind: "report", job, ...report }, undefined, undefined, onSent) ?? false,
  );
  const jobs = createAskedJobs((one) => send({ kind: "submit", job, ...one }), nameOf);
  latest = job;
  asked = jobs;
  const context = openJobContext({ id, attempt, signal }, outbox, jobs.submit);
  try {
    const result = await task.run(input, context.job);
    await context.settle();
    return { kind: "result", job, json: formatResult(result, task.maxResultBytes) };
  } catch (error) {
    return { kind: "failure", job, failure: classifyFailure(error), stack: readStack(error) };
  } finally {
    jobs.close();
    context.close();
    outbox.close();
  }
}
