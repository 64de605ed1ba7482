import { assertType, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { CallerFailureClass } from "../../src/contract/failures.ts";
import { type Endpoint, endpoints } from "../../src/contract/topology.ts";
import { formatFailure } from "../../src/queue/failure-text.ts";
import { type Example, TaskRejectedError } from "../../src/task/task.ts";
import { createRegistry, registerMetrics } from "../../src/telemetry/metrics.ts";

// Nothing here runs: the type check fails as soon as one of these mistakes compiles.

const registered = registerMetrics(createRegistry(), "worker", new Map());

test("the topology takes no caller that is none", () => {
  // @ts-expect-error: no such host
  assertType<Endpoint>({ ...endpoints.redis, callers: ["wroker"] });
});

test("a metric takes no label, operation or service but its own", () => {
  // @ts-expect-error: no such label
  assertType(registered.jobsFinished.inc({ taks: "resize" }));
  // @ts-expect-error: a counter cannot be set
  assertType(registered.jobsFinished.set(1));
  // @ts-expect-error: the producer's metric, not the worker's
  assertType(registered.jobEnqueueDuration.observe(1));
});

test("a failure has a class of the closed list", () => {
  // @ts-expect-error: no such class
  assertType(formatFailure("divided_by_zero", "x"));
});

test("a task blames nobody but its caller", () => {
  expectTypeOf<CallerFailureClass>().toEqualTypeOf<
    "division_by_zero" | "overflow" | "invalid_input"
  >();
  // @ts-expect-error: no such class
  assertType(new TaskRejectedError("zero", "x"));
  // @ts-expect-error: no fault of the caller
  assertType(new TaskRejectedError("stalled", "x"));
  // @ts-expect-error: no fault of the caller
  assertType<Example>({ input: {}, failure: "timeout" });
});

test("a task's examples are inputs by its schema, each with one outcome", () => {
  type Fitting = Example<
    z.ZodObject<{ x: z.ZodNumber; y: z.ZodDefault<z.ZodNumber> }, z.core.$strict>
  >;
  assertType<Fitting>({ input: { x: 1 }, result: 1 });
  // @ts-expect-error: not a number
  assertType<Fitting>({ input: { x: "1" }, result: 1 });
  // @ts-expect-error: no such field
  assertType<Fitting>({ input: { x: 1, z: 1 }, result: 1 });
  // @ts-expect-error: no outcome
  assertType<Fitting>({ input: { x: 1 } });
  // @ts-expect-error: two outcomes
  assertType<Fitting>({ input: { x: 1 }, result: 1, failure: "overflow" });
});
