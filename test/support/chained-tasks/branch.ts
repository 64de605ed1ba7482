import { z } from "zod";
import { defineTask, DependencyError } from "#task";
import leaf from "./leaf.ts";

const stranger = { ...leaf, title: "Stranger" };

export default defineTask({
  title: "Branch",
  description: "Submits other jobs from a process of its own.",
  input: z.strictObject({
    deed: z.enum(["submit", "float", "misuse", "stranger", "catch", "gush"]),
  }),
  timeLimitMs: 20_000,
  isolated: true,
  async run({ deed }, job) {
    switch (deed) {
      case "submit": {
        const first = await job.submit(leaf, { n: 1 });
        const again = await job.submit(leaf, { n: 1 });
        const later = await job.submit(leaf, { n: 2 }, { key: "b", delayMs: 60_000 });
        return [first.id, again.id, later.id];
      }
      case "float":
        for (let n = 0; n < 20; n += 1) void job.submit(leaf, { n });
        return null;
      case "misuse":
        return job.submit(leaf, { n: 1.5 });
      case "stranger":
        return job.submit(stranger, { n: 1 });
      case "catch":
        try {
          return await job.submit(leaf, { n: 1 });
        } catch (error) {
          return error instanceof DependencyError && error.message;
        }
      case "gush":
        for (let number = 0; number < 2_000; number += 1) {
          process.send?.({ kind: "submit", job: 1, number, task: "leaf", json: '{"n":1}' });
        }
        return new Promise(() => {});
    }
  },
});
