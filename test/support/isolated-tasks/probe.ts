import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask, DependencyError, type JobContext, TaskRejectedError } from "#task";

const deeds: Readonly<Record<string, (job: JobContext, message: string) => unknown>> = {
  report: () => ({
    pid: process.pid,
    variables: Object.keys(process.env),
    oomScore: Number(readFileSync("/proc/self/oom_score_adj", "utf8")),
  }),
  fill: (_, message) => "x".repeat(Number(message)),
  nothing: () => undefined,
  flood: () => {
    for (let n = 0; n < 500; n += 1) process.stdout.write(`${"x".repeat(9_999)}\n`);
  },
  outcry: () => {
    for (let n = 0; n < 20; n += 1) process.stderr.write(`${"x".repeat(9_999)}\n`);
    process.exit(1);
  },
  wail: () => {
    throw new Error("x".repeat(1_000_000));
  },
  reject: () => {
    throw new TaskRejectedError("division_by_zero", "cannot do that");
  },
  depend: () => {
    throw new DependencyError("the mail server is silent");
  },
  overflow: () => ({ ratio: Number.NaN }),
  map: () => ({ found: new Map([["a", 1]]) }),
  count: () => ({ count: 1n }),
  send: async ({ signal }, message) => {
    process.send?.(JSON.parse(message));
    await sleep(20_000, undefined, { signal });
  },
  babble: async ({ signal }) => {
    for (let n = 0; n < 10_000; n += 1) process.send?.(n);
    await sleep(20_000, undefined, { signal });
  },
  answer: (_, message) => process.send?.(JSON.parse(message)),
  identify: ({ id, attempt }) => ({ id, attempt }),
  tell: ({ progress, log }) => {
    progress(0.5, "half");
    log.info("first", { n: 1 });
    log.warn("second");
    progress(7);
  },
  compute: ({ progress, log }, message) => {
    const endsAt = performance.now() + Number(message);
    for (let n = 0; performance.now() < endsAt; n += 1) {
      progress(0.5);
      log.info(`line ${n}`);
    }
  },
  linger: ({ progress, log }) => {
    setTimeout(() => {
      progress(0.9);
      log.info("late");
    }, 1);
  },
  gush: async ({ signal }) => {
    const report = { kind: "report", job: 1, lines: [], skipped: 0 };
    for (let n = 0; n < 10_000; n += 1) process.send?.(report);
    await sleep(20_000, undefined, { signal });
  },
  obey: ({ signal }) => sleep(20_000, undefined, { signal }),
};

export default defineTask({
  title: "Probe",
  description: "Does one of several things that show what it is like to be isolated.",
  input: z.strictObject({ deed: z.string(), message: z.string().default("") }),
  timeLimitMs: 20_000,
  maxResultBytes: 100_000,
  isolated: true,
  run: async ({ deed, message }, job) => deeds[deed]?.(job, message),
});
