import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Stray",
  description: "Starts a process in a session of its own that nobody is the parent of.",
  input: z.strictObject({ cleared: z.boolean(), next: z.enum(["return", "crash", "stay"]) }),
  timeLimitMs: 20_000,
  isolated: true,

  async run({ cleared, next }) {
    const command = "setsid sleep 600 > /dev/null 2>&1 & echo $!";
    const { stdout } = spawnSync("sh", ["-c", command], {
      encoding: "utf8",
      ...(cleared && { env: { PATH: process.env["PATH"] } }),
    });
    const pid = Number(stdout);
    process.stdout.write(`started ${pid}\n`);
    if (next === "crash") process.exit(3);
    if (next === "stay") await sleep(600_000);
    return pid;
  },
});
