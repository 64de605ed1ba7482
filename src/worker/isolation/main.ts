import { writeFileSync } from "node:fs";
import { openJobContext } from "../../task/job-reports.ts";
import { loadTask } from "../../task/registry.ts";
import { classifyFailure, readStack } from "../../task/failure.ts";
import { formatResult } from "../../task/result.ts";
import type { Message, Order, Outcome } from "./messages.ts";
import { openOutbox } from "./outbox.ts";
import { startMs } from "./start-limit.ts";

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
const task = await loadTask(new URL(file), { slowMs: startMs / 3, maxMs: startMs });
let stop = new AbortController();
process.on("message", (order: Order) => {
  if (order.kind === "abort") {
    stop.abort(new Error(order.reason));
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
  const context = openJobContext({ id, attempt, signal }, outbox);
  try {
    const result = await task.run(input, context.job);
    return { kind: "result", job, json: formatResult(result, task.maxResultBytes) };
  } catch (error) {
    return { kind: "failure", job, failure: classifyFailure(error), stack: readStack(error) };
  } finally {
    context.close();
    outbox.close();
  }
}
