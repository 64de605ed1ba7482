import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Nothing",
  description: "Does nothing.",
  input: z.strictObject({}),
  timeLimitMs: 10_000,
  isolated: true,
  run: async () => null,
});
