import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Poison",
  description: "Ends the process that it runs in.",
  input: z.strictObject({ by: z.enum(["exit", "signal", "throw"]) }),
  timeLimitMs: 20_000,
  isolated: true,

  async run({ by }) {
    process.stderr.write(`poisoned by ${by}\n`);
    if (by === "exit") process.exit(3);
    if (by === "signal") process.kill(process.pid, "SIGSEGV");
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
    await sleep(20_000);
  },
});
