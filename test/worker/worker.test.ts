import { SpanStatusCode } from "@opentelemetry/api";
import { UnrecoverableError } from "bullmq";
import { expect, test } from "vitest";
import { z } from "zod";
import { carryTrace } from "../../src/queue/trace-carrier.ts";
import { defineTask, type Task } from "../../src/task/task.ts";
import { asSubmitted, exhaustPatience } from "../support/postponed.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { nextEnd, startWorker } from "../support/worker.ts";

function taskThat(run: Task["run"], timeLimitMs = 5_000): Task {
  return defineTask({ title: "Test", description: "", input: z.object({}), timeLimitMs, run });
}

async function valueOf(registry: { metrics(): Promise<string> }, series: string): Promise<number> {
  const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(series));
  return Number(line?.slice(series.length).trim().split(" ")[0]);
}

test("completes a division and counts it once", async () => {
  const { queue, name } = await startProducer();
  const { worker, registry } = await startWorker(name);
  const completed = nextEnd(worker, "completed");
  await queue.add("quotient", { x: 6, y: 3, delayMs: 0 });
  const [, result] = await completed;
  expect(result).toEqual({ value: 2 });
  const labels = `queue="${name}",task="quotient",outcome="succeeded"`;
  expect([
    await valueOf(registry, `taskqueue_jobs_finished_total{${labels},error_type=""}`),
    await valueOf(registry, `taskqueue_job_end_to_end_duration_seconds_count{${labels}}`),
    await valueOf(registry, `taskqueue_job_processing_duration_seconds_count{${labels}}`),
    await valueOf(
      registry,
      `taskqueue_job_wait_duration_seconds_count{queue="${name}",task="quotient"}`,
    ),
  ]).toEqual([1, 1, 1, 1]);
});

test("fails a division by zero at once, whatever the retry policy", async () => {
  const { queue, name } = await startProducer();
  const { worker, registry, tracing } = await startWorker(name);
  const failed = nextEnd(worker, "failed");
  await queue.add("quotient", { x: 1, y: 0, delayMs: 0 });
  const [job, error] = await failed;
  expect(error).toBeInstanceOf(UnrecoverableError);
  expect([job.attemptsMade, job.failedReason]).toEqual([
    1,
    "division_by_zero: cannot divide 1 by zero",
  ]);
  const series = `taskqueue_jobs_finished_total{queue="${name}",task="quotient",outcome="failed",error_type="division_by_zero"}`;
  expect(await valueOf(registry, series)).toBe(1);
  const span = tracing.spans.getFinishedSpans().find(({ name: is }) => is === `process ${name}`);
  expect([
    span?.status.code,
    span?.attributes["error.type"],
    span?.events.map((event) => event.name),
  ]).toEqual([SpanStatusCode.ERROR, "division_by_zero", ["exception"]]);
});

test("fails a result that JSON cannot keep at once, without doing the work again", async () => {
  const { queue, name } = await startProducer();
  let runs = 0;
  const counting = taskThat(async () => {
    runs += 1;
    return { runs: BigInt(runs) };
  });
  const { worker } = await startWorker(name, { tasks: new Map([["counting", counting]]) });
  const failed = nextEnd(worker, "failed");
  await queue.add("counting", {}, { attempts: 4, backoff: 1 });
  const [job] = await failed;
  expect([runs, job.finishedOn === undefined, job.failedReason]).toEqual([
    1,
    false,
    '_OTHER: the result at "runs" is a BigInt, expected a number or a text of digits',
  ]);
});

test("retries what may succeed later, each attempt in a trace of its own that links to the first", async () => {
  const { queue, name } = await startProducer();
  let runs = 0;
  const flaky = taskThat(async (_, { id, attempt }) => {
    runs += 1;
    if (runs === 1) throw new Error("not yet");
    return { id, attempt };
  });
  const { worker, registry, tracing } = await startWorker(name, {
    tasks: new Map([["flaky", flaky]]),
  });
  const completed = nextEnd(worker, "completed");
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await queue.add("flaky", {}, { backoff: 1, ...carryTrace({ traceparent }) });
  const [job, result] = await completed;
  expect([job.attemptsMade, runs, result]).toEqual([2, 2, { value: { id: job.id, attempt: 2 } }]);
  const retries = `taskqueue_job_retries_total{queue="${name}",task="flaky",error_type="_OTHER"}`;
  const finished = `taskqueue_jobs_finished_total{queue="${name}",task="flaky",outcome="succeeded",error_type=""}`;
  expect([await valueOf(registry, retries), await valueOf(registry, finished)]).toEqual([1, 1]);

  const attempts = tracing.spans
    .getFinishedSpans()
    .filter((span) => span.name === `process ${name}`)
    .map((span) => [
      span.attributes["taskqueue.attempt"],
      span.spanContext().traceId === "0af7651916cd43dd8448eb211c80319c",
      span.links.map((link) => link.context.spanId),
      span.status.code,
    ]);
  expect(attempts).toEqual([
    [1, true, ["b7ad6b7169203331"], SpanStatusCode.ERROR],
    [2, false, ["b7ad6b7169203331"], SpanStatusCode.UNSET],
  ]);
});

test("fails a job whose task no release has, under a name that cannot grow the metrics", async () => {
  const { queue, name } = await startProducer();
  const { worker, registry } = await startWorker(name);
  const failed = nextEnd(worker, "failed");
  const { id } = await queue.add("made-up", {}, asSubmitted());
  await exhaustPatience(queue, id ?? "");
  await failed;
  const series = `taskqueue_jobs_finished_total{queue="${name}",task="_OTHER",outcome="failed",error_type="unknown_task"}`;
  expect(await valueOf(registry, series)).toBe(1);
  expect(await registry.metrics()).not.toContain("made-up");
});

test("fails a task at its time limit as a timeout, without another attempt", async () => {
  const { queue, name } = await startProducer();
  const endless = taskThat(() => new Promise(() => {}), 30);
  const { worker } = await startWorker(name, { tasks: new Map([["endless", endless]]) });
  const failed = nextEnd(worker, "failed");
  await queue.add("endless", {});
  const [job] = await failed;
  expect([job.attemptsMade, job.failedReason]).toEqual([
    1,
    "timeout: still running after its limit of 30 ms",
  ]);
});

test("tells of a job that it hands back, down to when Redis knew", async () => {
  const { queue, name } = await startProducer();
  let begun = false;
  const endless = taskThat(() => {
    begun = true;
    return new Promise(() => {});
  });
  const { worker, tracing } = await startWorker(name, {
    tasks: new Map([["endless", endless]]),
  });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await queue.add("endless", {}, carryTrace({ traceparent }));
  // Redis calls it active before the worker knows of it.
  await until("the job to begin", () => begun);
  worker.cancelAllJobs("the worker stops");
  const settled = () =>
    tracing.spans.getFinishedSpans().find((span) => span.name === `settle ${name}`);
  const settle = await until("the job to be handed back", settled);
  const process = tracing.spans.getFinishedSpans().find((span) => span.name === `process ${name}`);
  expect([process?.attributes["error.type"], settle.parentSpanContext?.spanId]).toEqual([
    "cancelled",
    process?.spanContext().spanId,
  ]);
});

test("keeps a result of 0 and a missing one apart", async () => {
  const { queue, name } = await startProducer();
  const zero = taskThat(async () => 0);
  const nothing = taskThat(async () => undefined);
  const tasks = new Map([
    ["zero", zero],
    ["nothing", nothing],
  ]);
  await startWorker(name, { tasks });
  const jobs = await Promise.all([queue.add("zero", {}), queue.add("nothing", {})]);
  const results = await until("both results", async () => {
    const done = await Promise.all(jobs.map(({ id }) => queue.getJob(id ?? "")));
    return (
      done.every((job) => job?.finishedOn !== undefined) && done.map((job) => job?.returnvalue)
    );
  });
  expect(results).toEqual([{ value: 0 }, {}]);
});

test("does not attach an exemplar where nothing is traced", async () => {
  const { queue, name } = await startProducer();
  const { worker, registry } = await startWorker(name);
  const completed = nextEnd(worker, "completed");
  const unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
  await queue.add("quotient", { x: 1, y: 1, delayMs: 0 }, carryTrace({ traceparent: unsampled }));
  await completed;
  expect(await registry.metrics()).not.toContain("trace_id");
});

test("attaches the trace to all three latencies of a traced job", async () => {
  const { queue, name } = await startProducer();
  const { worker, registry, tracing } = await startWorker(name);
  const completed = nextEnd(worker, "completed");
  await queue.add("quotient", { x: 1, y: 1, delayMs: 0 });
  await completed;
  const traceId = tracing.spans.getFinishedSpans()[0]?.spanContext().traceId;
  const exemplars = (await registry.metrics())
    .split("\n")
    .filter((line) => line.includes(`# {trace_id="${traceId}"`))
    .map((line) => line.slice(0, line.indexOf("_bucket")));
  expect(exemplars.toSorted()).toEqual([
    "taskqueue_job_end_to_end_duration_seconds",
    "taskqueue_job_processing_duration_seconds",
    "taskqueue_job_wait_duration_seconds",
  ]);
});
