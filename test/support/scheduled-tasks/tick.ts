import { z } from "zod";
import { defineTask } from "#task";

/** Runs every second. */
export default defineTask({
  title: "Tick",
  description: "Runs every second.",
  input: z.strictObject({}),
  timeLimitMs: 10_000,
  schedule: { everyMs: 1_000 },
  run: () => Promise.resolve("ticked"),
});
