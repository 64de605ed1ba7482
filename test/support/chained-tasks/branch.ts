import { z } from "zod";
import { defineTask, DependencyError } from "#task";
import leaf from "./leaf.ts";

const stranger = { ...leaf, title: "Stranger" };

export default defineTask({
  title: "Branch",
  description: "Submits other jobs from a process of its own.",
  input: z.strictObject({
    deed: z.enum([
      "identify",
      "submit",
      "float",
      "forget",
      "hurry",
      "misuse",
      "stranger",
      "catch",
      "throng",
      "gush",
    ]),
  }),
  timeLimitMs: 20_000,
  isolated: true,
  async run({ deed }, job) {
    switch (deed) {
      case "identify":
        return process.pid;
      case "submit": {
        const first = await job.submit(leaf, { n: 1 });
        const again = await job.submit(leaf, { n: 1 });
        const later = await job.submit(leaf, { n: 2 }, { key: "b", delayMs: 60_000 });
        return [first.id, again.id, later.id];
      }
      case "float":
        for (let n = 0; n < 20; n += 1) void job.submit(leaf, { n });
        return null;
      case "forget":
        void job.submit(leaf, { n: 1 });
        return job.submit(leaf, { n: 2 });
      case "hurry":
        return Promise.all([job.submit(leaf, { n: 1 }), Promise.reject(new Error("too soon"))]);
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
      case "throng":
        return Promise.all(Array.from({ length: 1_001 }, (_, n) => job.submit(leaf, { n })));
      case "gush":
        for (let number = 0; number < 12_000; number += 1) {
          process.send?.({ kind: "submit", job: 1, number, task: "leaf", json: '{"n":1}' });
        }
        return new Promise(() => {});
    }
  },
});
