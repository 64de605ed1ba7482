import type { Mutant } from "../mutant.ts";

const file = "test/worker/attempts/history.test.ts";

/** Of what is kept of a job's attempts. */
export const historyMutants: readonly Mutant[] = [
  {
    name: "an attempt that is retried is not noted",
    change: {
      file: "src/queue/attempt-record.ts",
      from: "const entry = job && describeFailure(",
      to: "const entry = false && describeFailure(",
    },
    caughtBy: { file, test: "a job that failed four times tells of each attempt" },
  },
  {
    name: "an attempt that fails is noted by a command of its own",
    change: {
      file: "src/queue/attempt-record.ts",
      from: "const moving = moveToFailed(",
      to: "void redis.hset(backend.toKey(job.id ?? ``), `noted`, 1);\n          const moving = moveToFailed(",
    },
    caughtBy: {
      file: "test/worker/reports/commands.test.ts",
      test: "an attempt that fails costs Redis no command more",
    },
  },
  {
    name: "an attempt that was handed back is forgotten",
    change: {
      file: "src/queue/attempt-record.ts",
      from: "if (job !== undefined && token !== undefined) {",
      to: "if (job !== undefined && token === ``) {",
    },
    caughtBy: { file, test: "a job that its worker hands back tells so" },
  },
  {
    name: "an attempt whose worker vanished is forgotten",
    change: {
      file: "src/queue/attempt-scripts.ts",
      from: 'not runs and redis.call("LPOS", KEYS[3], id)',
      to: "false",
    },
    caughtBy: { file, test: "a job whose worker is killed tells when it ran there" },
  },
  {
    name: "a job that stalled too often has an attempt that nobody has begun",
    change: {
      file: "src/queue/attempt-description.ts",
      from: "return job.deferredFailure",
      to: "return job.id === ``",
    },
    caughtBy: { file, test: "a job that fails as it stalled too often tells of each time" },
  },
  {
    name: "a success is forgotten once its job is retried by hand",
    change: {
      file: "src/queue/attempt-scripts.ts",
      from: 'if state == "completed" then',
      to: "if false then",
    },
    caughtBy: { file, test: "a job that is retried by hand keeps all that it has had before" },
  },
  {
    name: "a job that is handed back for ever grows for ever",
    change: {
      file: "src/queue/attempt-entry.ts",
      from: "start <= first ? start :",
      to: "start > 0 ? start :",
    },
    caughtBy: { file, test: "a job that was started for ever keeps its first starts" },
  },
];
