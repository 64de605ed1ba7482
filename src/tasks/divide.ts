import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask, TaskRejectedError } from "#task";

export default defineTask({
  title: "Divide",
  description: "Divides x by y, after some pretended work.",
  input: z.strictObject({
    x: z.number().meta({ title: "x", description: "The dividend.", examples: [10] }),
    y: z.number().meta({ title: "y", description: "The divisor.", examples: [2] }),
    delayMs: z.int().min(0).max(60_000).default(5_000).meta({
      title: "Delay (ms)",
      description: "Time to pretend to work, 0 to 60000 milliseconds.",
    }),
  }),
  timeLimitMs: 90_000,

  async run({ x, y, delayMs }, signal) {
    if (y === 0) throw new TaskRejectedError("division_by_zero", `cannot divide ${x} by zero`);
    const quotient = x / y;
    if (!Number.isFinite(quotient)) {
      throw new TaskRejectedError("overflow", `${x} / ${y} is too large for a finite number`);
    }
    await sleep(delayMs, undefined, { signal });
    return quotient;
  },
});
