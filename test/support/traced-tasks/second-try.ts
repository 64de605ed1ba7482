import { existsSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { defineTask } from "#task";

/** Fails or hangs at its first attempt, and succeeds at its second. */
export default defineTask({
  title: "Second try",
  description: "Fails or hangs at its first attempt.",
  input: z.strictObject({ trace: z.string(), first: z.enum(["fails", "hangs"]) }),
  timeLimitMs: 60_000,
  // So that something is told of a schedule; only on leap days does it run.
  schedule: { cron: "0 0 29 2 *", input: { trace: "/dev/null", first: "fails" } },
  async run({ trace, first }) {
    if (existsSync(trace)) return "done";
    writeFileSync(trace, "");
    if (first === "fails") throw new Error("not yet");
    return new Promise(() => {});
  },
});
