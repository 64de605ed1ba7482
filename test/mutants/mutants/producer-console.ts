import type { Mutant } from "../mutant.ts";

const moves = "src/queue/job-moves.ts";
const actionTests = "test/producer/console/actions/job-actions.test.ts";
const bulkTests = "test/producer/console/actions/bulk.test.ts";
const recentTests = "test/producer/jobs/recent-jobs.test.ts";

/** What operators do, what a browser is shown as its own, and who is let in. */
export const producerConsoleMutants: readonly Mutant[] = [
  {
    name: "Of a browser's own jobs the latest ones are forgotten",
    change: {
      file: "src/producer/pages/own-jobs.ts",
      from: "new Set([id, ...own.read(ctx)])",
      to: "new Set([...own.read(ctx), id])",
    },
    caughtBy: { file: recentTests, test: "the cookie of a browser's jobs has the twenty latest" },
  },
  {
    name: "Scripts of a page can read which jobs are a browser's own",
    change: {
      file: "src/producer/pages/own-jobs.ts",
      from: "httpOnly: true",
      to: "httpOnly: false",
    },
    caughtBy: { file: recentTests, test: "a browser is shown the jobs that it has submitted" },
  },
  {
    name: "A stream that a token has opened outlives the token",
    change: {
      file: "src/producer/access/token-check.ts",
      from: "return now?.name === name &&",
      to: 'return now?.name !== "" ||',
    },
    caughtBy: {
      file: "test/producer/access/tokens.test.ts",
      test: "a token that is removed is refused within ten seconds",
    },
  },
  {
    name: "Five minutes are kept as soon as they are over, without what workers date late",
    change: {
      file: "src/producer/overview/day.ts",
      from: "const settleMs = 20_000;",
      to: "const settleMs = 0;",
    },
    caughtBy: {
      file: "test/producer/overview/day.test.ts",
      test: "once they are over for certain",
    },
  },
  {
    name: "A job is deleted while it runs",
    change: {
      file: moves,
      from: 'if redis.call("LPOS", key("active"), id) or redis.call("EXISTS", job .. ":lock") == 1 then',
      to: "if false then",
    },
    caughtBy: { file: actionTests, test: "but not while it runs" },
  },
  {
    name: "A delayed job that is told to start goes before all that wait, whatever its priority",
    change: {
      file: moves,
      from: 'redis.call("HSET", job, "delay", 0)\nnoteAct(job, act)\nputInLine(job, id, key)',
      to: 'redis.call("HSET", job, "delay", 0)\nnoteAct(job, act)\nredis.call("LPUSH", key("wait"), id)',
    },
    caughtBy: { file: actionTests, test: "in the line of its priority" },
  },
  {
    name: "Of two operators who retry a job at once, both are told that they have",
    change: {
      file: moves,
      from: 'if not from then return "unended" end',
      to: 'if not from then return "done" end',
    },
    caughtBy: { file: actionTests, test: "of two operators who retry the same job at once" },
  },
  {
    name: "A run that another producer goes on with acts on jobs twice",
    change: {
      file: moves,
      from: 'if bulk ~= "" and redis.call("HGET", job, "bulk") == bulk then return "done" end\n',
      to: "",
    },
    caughtBy: {
      file: "test/producer/console/actions/bulk-faults.test.ts",
      test: "what a killed producer has done of its share is counted",
    },
  },
  {
    name: "A run on many jobs goes on when it is told to stop",
    change: { file: "src/queue/bulk-leases.ts", from: "if stop then", to: "if false then" },
    caughtBy: { file: bulkTests, test: "a run that is told to stop leaves the rest alone" },
  },
  {
    name: "Two producers work at one run at once",
    change: {
      file: "src/queue/bulk-leases.ts",
      from: 'if by and by ~= ARGV[2] and tonumber(till) > now then return { "held" } end\n',
      to: "",
    },
    caughtBy: { file: bulkTests, test: "who has lost a run to another producer" },
  },
  {
    name: "Who guesses passwords most is compared first",
    change: {
      file: "src/producer/console/password-gate.ts",
      from: "(other.tries < one.tries ? other : one)",
      to: "(other.tries > one.tries ? other : one)",
    },
    caughtBy: {
      file: "test/producer/console/password-gate.test.ts",
      test: "who has tried least is compared first",
    },
  },
  {
    name: "A batch of which no row could be taken for now is told as dealt with",
    change: {
      file: "src/producer/jobs/batch-answer.ts",
      from: "if (first === undefined || kinds.size > 0) return;",
      to: "if (first === undefined || kinds.size >= 0) return;",
    },
    caughtBy: {
      file: "test/producer/jobs/batch-limits.test.ts",
      test: "while Redis is away a batch is told to come back",
    },
  },
];
