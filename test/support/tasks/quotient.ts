import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask, TaskRejectedError } from "#task";

/** Succeeds, fails by its caller's fault in two ways, and takes as long as it is told to. */
export default defineTask({
  title: "Quotient",
  description: "Finds how often y goes into x.",
  input: z.strictObject({
    x: z.number().meta({ title: "x", description: "The dividend." }),
    y: z.number().meta({ title: "y", description: "The divisor." }),
    delayMs: z.int().min(0).max(60_000).default(5_000).meta({ title: "Delay (ms)" }),
  }),
  examples: [
    { input: { x: 10, y: 2, delayMs: 100 }, result: 5 },
    { input: { x: 10, y: 0, delayMs: 0 }, failure: "division_by_zero" },
    { input: { x: 1e308, y: 1e-10, delayMs: 0 }, failure: "overflow" },
  ],
  timeLimitMs: 90_000,

  async run({ x, y, delayMs }, job) {
    if (y === 0) throw new TaskRejectedError("division_by_zero", `cannot divide ${x} by zero`);
    const quotient = x / y;
    if (!Number.isFinite(quotient)) {
      throw new TaskRejectedError("overflow", `${x} / ${y} is too large for a finite number`);
    }
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: job.signal });
    return quotient;
  },
});
