import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "#task";

if (process.argv[1]?.endsWith("isolation/main.ts")) await sleep(600_000);

export default defineTask({
  title: "Stuck",
  description: "Is never loaded in a process of its own.",
  input: z.strictObject({}),
  timeLimitMs: 60_000,
  isolated: true,
  run: async () => undefined,
});
