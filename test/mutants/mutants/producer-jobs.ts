import type { Mutant } from "../mutant.ts";

export const producerJobsMutants: readonly Mutant[] = [
  {
    name: "all submitters share their Idempotency-Keys",
    change: {
      file: "src/queue/submission.ts",
      from: "submitter: wanted.isKeyShared === true ? undefined : submitter,",
      to: "submitter: undefined,",
    },
    caughtBy: {
      file: "test/producer/access/tokens.test.ts",
      test: "each submitter has Idempotency-Keys of their own",
    },
  },
  {
    name: "a job may be put off for any time",
    change: {
      file: "src/producer/jobs/start-fields.ts",
      from: "return runAt - Date.now() <= longestDelayMs;",
      to: "return true;",
    },
    caughtBy: {
      file: "test/producer/jobs/start-times.test.ts",
      test: "is refused by field, and queues nothing",
    },
  },
  {
    name: "a job's state is looked for through a whole queue",
    change: {
      file: "src/producer/jobs/job-status.ts",
      from: "readPlace(queue, redis, id),\n      queue.getJob(id),",
      to: "queue.getJobState(id).then((state) => ({ state }) as JobPlace),\n      queue.getJob(id),",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "what anybody may read costs Redis the same",
    },
  },
  {
    name: "each reader of a job costs Redis a read",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "return isFresh ? last.status : renew(id);",
      to: "return isFresh ? read(id) : renew(id);",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "who reads waiting jobs as fast as they can",
    },
  },
  {
    name: "how jobs stand is remembered of any number of them",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "characters <= limits.characters && ",
      to: "",
    },
    caughtBy: {
      file: "test/producer/jobs/status-memory.test.ts",
      test: "the jobs that were read first are forgotten",
    },
  },
  {
    name: "a job that was missing a moment ago is missing still",
    change: {
      file: "src/producer/jobs/status-memory.ts",
      from: "return (await begun) ?? reading.get(id) ?? start(id);",
      to: "return begun ?? start(id);",
    },
    caughtBy: {
      file: "test/producer/jobs/status-memory.test.ts",
      test: "that a job is missing is not remembered",
    },
  },
  {
    name: "any number of reads run at once, before the submissions",
    change: {
      file: "src/producer/jobs/read-gate.ts",
      from: "running < atOnce",
      to: "running < Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/producer/jobs/read-gate.test.ts",
      test: "so many reads run at once",
    },
  },
  {
    name: "the list of the latest jobs is read at each change",
    change: {
      file: "src/service/remembered.ts",
      from: "Number.NEGATIVE_INFINITY) + pauseMs",
      to: "Number.NEGATIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/service/remembered.test.ts",
      test: "what is outdated is read anew, but so often at most",
    },
  },
  {
    name: "what happens to a job while its stream is opened is told by the next tick",
    change: {
      file: "src/producer/jobs/status-streams.ts",
      from: "if (!isLatest(first)) void refresh(job);",
      to: "void isLatest;",
    },
    caughtBy: {
      file: "test/producer/jobs/status-streams.test.ts",
      test: "a move between the first read and the watch",
    },
  },
  {
    name: "any number watch their jobs at once",
    change: {
      file: "src/producer/jobs/status-streams.ts",
      from: "createEventStreams(maxStreams)",
      to: "createEventStreams(Number.POSITIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/producer/jobs/status-streams.test.ts",
      test: "lets 500 watch their jobs at once",
    },
  },
  {
    name: "a job that cannot be read back is told not to be queued",
    change: {
      file: "src/producer/jobs/submission.ts",
      from: 'if (error instanceof UnreadJobError) return new UnavailableError("unknown", error);',
      to: 'if (error instanceof UnreadJobError) return new UnavailableError("not_ready", error);',
    },
    caughtBy: {
      file: "test/producer/jobs/replays.test.ts",
      test: "nobody is told that nothing was queued where a job",
    },
  },
  {
    name: "an outage writes a line for every submission that it refuses",
    change: {
      file: "src/producer/jobs/refusal-log.ts",
      from: "if (second === undefined) {",
      to: "if (second === undefined || true) {",
    },
    caughtBy: {
      file: "test/producer/jobs/refusal-log.test.ts",
      test: "an outage of two seconds is three lines",
    },
  },
  {
    name: "anybody cancels what a client has submitted",
    change: {
      file: "src/producer/jobs/jobs.ts",
      from: "!limited || (await owners.isOf(job, client));",
      to: "limited || (await owners.isOf(job, client));",
    },
    caughtBy: {
      file: "test/producer/jobs/cancellation.test.ts",
      test: "where clients are limited, nobody else cancels",
    },
  },
];
