import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Leaf",
  description: "Is submitted by others.",
  input: z.strictObject({ n: z.int() }),
  timeLimitMs: 20_000,
  run: async ({ n }) => n,
});
