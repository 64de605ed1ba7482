import { z } from "zod";
import { defineTask } from "#task";

/** Results that Redis has to keep. */
export default defineTask({
  title: "Filler",
  description: "Returns a text of so many kilobytes.",
  input: z.strictObject({ kilobytes: z.int().min(0).max(63) }),
  timeLimitMs: 1_000,

  async run({ kilobytes }) {
    return "x".repeat(kilobytes * 1_024);
  },
});
