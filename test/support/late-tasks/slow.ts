import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "#task";

const timeLimitMs = 3_000;

// In a process of its own alone, so that whoever lists the tasks need not wait.
if (process.argv[1]?.endsWith("isolation/main.ts")) await sleep(timeLimitMs + 1_000);

export default defineTask({
  title: "Slow",
  description:
    "Takes longer to be loaded than it may run, and then stays for as long as it is told.",
  input: z.strictObject({ ms: z.int() }),
  timeLimitMs,
  isolated: true,

  async run({ ms }, { signal }) {
    await sleep(ms, undefined, { signal });
    return ms;
  },
});
