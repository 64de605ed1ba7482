import type { Mutant } from "../mutant.ts";

export const queueMutants: readonly Mutant[] = [
  {
    name: "a slot gets a second job once the first is not kept any more",
    change: {
      file: "src/queue/slots.ts",
      from: 'if not isDue and redis.call("EXISTS", KEYS[2]) == 0 then',
      to: "if false then",
    },
    caughtBy: {
      file: "test/queue/slots.test.ts",
      test: "a slot gets no second job when nothing is kept of the first",
    },
  },
  {
    name: "a slot's job that is sent again is taken for what is to be removed",
    change: {
      file: "src/queue/slots.ts",
      from: ' and redis.call("EXISTS", KEYS[2]) == 0 then',
      to: " then",
    },
    caughtBy: {
      file: "test/queue/slots.test.ts",
      test: "a job that is sent twice, as after a connection broke",
    },
  },
  {
    name: "no job id before the add",
    change: { file: "src/queue/submission.ts", from: "    jobId: id,\n", to: "" },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "answers the same job to the same Idempotency-Key",
    },
  },
  {
    name: "commands are sent again after a reconnect: autoResendUnfulfilledCommands on",
    change: {
      file: "src/queue/connection.ts",
      from: "    maxRetriesPerRequest: 0,\n    autoResendUnfulfilledCommands: false,\n",
      to: "",
    },
    caughtBy: {
      file: "test/queue/connection.test.ts",
      test: "a request under way when the connection breaks",
    },
  },
  {
    name: "commands wait for a connection: enableOfflineQueue on",
    change: {
      file: "src/queue/connection.ts",
      from: "enableOfflineQueue: false",
      to: "enableOfflineQueue: true",
    },
    caughtBy: { file: "test/queue/connection.test.ts", test: "a request is refused at once" },
  },
  {
    name: "a client may have any number of unfinished jobs",
    change: {
      file: "src/queue/places.ts",
      from: "if (limit === 0) return",
      to: "if (limit >= 0) return",
    },
    caughtBy: {
      file: "test/producer/http/unfinished-limit.test.ts",
      test: "a client with too many unfinished jobs is told so",
    },
  },
  {
    name: "a job that has ended keeps its client's place",
    change: {
      file: "src/queue/client-jobs.ts",
      from: "return name == null ? !isBeingAdded(at) : finishedOn != null;",
      to: "return name == null && !isBeingAdded(at) && finishedOn != null;",
    },
    caughtBy: {
      file: "test/producer/http/unfinished-limit.test.ts",
      test: "an own job that has ended makes room for another",
    },
  },
  {
    name: "a job is sent apart from its count",
    change: { file: "src/queue/one-write.ts", from: "  stream.cork();\n", to: "" },
    caughtBy: {
      file: "test/queue/places.test.ts",
      test: "a job and its count reach Redis in one piece",
    },
  },
  {
    name: "any number of a client's jobs are ahead of their count",
    change: {
      file: "src/queue/places.ts",
      from: "standing.ahead < mostAhead && ",
      to: "",
    },
    caughtBy: {
      file: "test/queue/places.test.ts",
      test: "jobs are added beside counting them",
    },
  },
  {
    name: "a producer's clock that is ahead keeps the places of jobs that are gone",
    change: {
      file: "src/queue/client-jobs.ts",
      from: "Math.abs(Date.now() - createdAt)",
      to: "Date.now() - createdAt",
    },
    caughtBy: {
      file: "test/queue/places.test.ts",
      test: "a place of a job that is gone is given back",
    },
  },
  {
    name: "places are looked up through a whole queue",
    change: {
      file: "src/queue/place.ts",
      from: "lookedUp = 500",
      to: "lookedUp = 10_000",
    },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "a place in a long queue is told as far as it is cheap to know",
    },
  },
  {
    name: "a job of low priority counts only jobs of its own kind before it",
    change: {
      file: "src/queue/place.ts",
      from: "Math.max(0, submitted) + before",
      to: "before",
    },
    caughtBy: {
      file: "test/producer/jobs/priorities.test.ts",
      test: "a job tells its priority, and how many jobs of any are taken before it",
    },
  },
  {
    name: "the oldest waiting job is looked for in the plain list alone",
    change: {
      file: "src/queue/oldest-waiting.ts",
      from: "[plain, ...prioritized]",
      to: "[plain]",
    },
    caughtBy: {
      file: "test/producer/jobs/priorities.test.ts",
      test: "the oldest waiting job counts where it is of priority",
    },
  },
  {
    name: "a task's priority is lost on the way to the queue",
    change: {
      file: "src/queue/job-options.ts",
      from: "    ...(priority > 0 && { priority }),\n",
      to: "",
    },
    caughtBy: {
      file: "test/worker/attempts/priority.test.ts",
      test: "jobs run by their priority, and those of one priority in the order in which they came",
    },
  },
  {
    name: "a client's flood of ended jobs evicts everybody's",
    change: {
      file: "src/queue/fair-share.ts",
      from: "bytesOf(most) <= fairShare * total",
      to: "bytesOf(most) > 0",
    },
    caughtBy: { file: "test/attacks/ended-flood.test.ts", test: "a flood of short jobs evicts" },
  },
  {
    name: "a client with few large results is not seen among many small ones",
    change: {
      file: "src/queue/ended-sample.ts",
      from: "enough = 12_288",
      to: "enough = 1_024",
    },
    caughtBy: {
      file: "test/queue/ended-sample.test.ts",
      test: "a client with a third of the bytes",
    },
  },
  {
    name: "each sweep draws as many as a judgement needs",
    change: {
      file: "src/queue/ended-sample.ts",
      from: "Math.min(all, most) - drawn.jobs().length",
      to: "Math.min(all, most)",
    },
    caughtBy: {
      file: "test/queue/ended-sample.test.ts",
      test: "a shortage that goes on costs a few draws a sweep",
    },
  },
  {
    name: "one large result makes its client the one that has most",
    change: {
      file: "src/queue/fair-share.ts",
      from: "fewestJudged = 8",
      to: "fewestJudged = 1",
    },
    caughtBy: {
      file: "test/queue/fair-share.test.ts",
      test: "a large job that is drawn again and again",
    },
  },
  {
    name: "ended jobs are kept by their number",
    change: {
      file: "src/queue/queue.ts",
      from: "removeOnComplete: { age: succeededSeconds },",
      to: "removeOnComplete: { age: succeededSeconds, count: 10_000 },",
    },
    caughtBy: {
      file: "test/producer/jobs/api.test.ts",
      test: "queues a division and answers 202",
    },
  },
  {
    name: "failures leave no room for successes",
    change: {
      file: "src/queue/budget.ts",
      from: "failedOfEnded: 0.5",
      to: "failedOfEnded: 1",
    },
    caughtBy: {
      file: "test/queue/budget.test.ts",
      test: "failures that need more than half of it go",
    },
  },
  {
    name: "where Redis has no limit, any number of ended jobs is kept",
    change: {
      file: "src/queue/budget.ts",
      from: "isLimited ? limit : assumedLimit",
      to: "limit",
    },
    caughtBy: {
      file: "test/queue/budget.test.ts",
      test: "keeps ended jobs and events as of a Redis of 512 MB",
    },
  },
  {
    name: "what others keep is looked at again at each removal",
    change: {
      file: "src/queue/own-jobs.ts",
      from: 'cursors.get(walk) ?? "-inf"',
      to: 'page === 0 ? "-inf" : (cursors.get(walk) ?? "-inf")',
    },
    caughtBy: {
      file: "test/queue/own-jobs.test.ts",
      test: "it does not look again at what others keep",
    },
  },
  {
    name: "a client's ended jobs are looked for until they are found",
    change: {
      file: "src/queue/own-jobs.ts",
      from: "page < mostPages && ",
      to: "",
    },
    caughtBy: {
      file: "test/queue/own-jobs.test.ts",
      test: "one call looks at a bounded number of jobs",
    },
  },
  {
    name: "each client's jobs cost the worker a judgement of their options",
    change: {
      file: "src/queue/job-hash.ts",
      from: "(tm|jobId|client|submitter|id|submittedBy|resubmitOf|callback|received)",
      to: "(tm|jobId|submitter|id|submittedBy|resubmitOf|callback|received)",
    },
    caughtBy: {
      file: "test/queue/job-hash.test.ts",
      test: "options that differ in id, client, submitter, request and trace alone",
    },
  },
  {
    name: "the list of the latest jobs reads them whole",
    change: {
      file: "src/queue/record-starts.ts",
      from: "value and string.sub(value, 1, ARGV[1])",
      to: "value",
    },
    caughtBy: {
      file: "test/producer/jobs/recent-jobs.test.ts",
      test: "the latest jobs take little from Redis",
    },
  },
  {
    name: "the state of a job whose key is sent again is looked for through a whole queue",
    change: {
      file: "src/queue/submission.ts",
      from: "readPlace(queue, redis, heldId)",
      to: "queue.getJobState(heldId).then((found) => ({ state: found }) as JobPlace)",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "whoever sends a key again and again costs Redis the same",
    },
  },
  {
    name: "a job's log keeps any number of bytes",
    change: {
      file: "src/queue/job-log.ts",
      from: "if bytes > tonumber(ARGV[2]) then break end",
      to: "",
    },
    caughtBy: {
      file: "test/queue/job-log.test.ts",
      test: "a log keeps 64 KB, of which the oldest lines go",
    },
  },
  {
    name: "the log of an ended job counts as no memory",
    change: {
      file: "src/queue/kept.ts",
      from: "(bytes[2 * i] ?? 0) + (bytes[2 * i + 1] ?? 0)",
      to: "bytes[2 * i] ?? 0",
    },
    caughtBy: {
      file: "test/queue/job-log.test.ts",
      test: "an ended job is weighed with its log, and goes with it",
    },
  },
  {
    name: "a job that is cancelled while it waits keeps its unique key",
    change: {
      file: "src/queue/cancel-script.ts",
      from: 'if redis.call("GET", key) == id then redis.call("DEL", key) end',
      to: "",
    },
    caughtBy: {
      file: "test/producer/jobs/cancellation.test.ts",
      test: "a cancelled job frees its unique key",
    },
  },
  {
    name: "what is cancelled when its attempt fails waits for the next one",
    change: {
      file: "src/queue/janitor.ts",
      from: "const settled = needed ? settle(deps) : undefined;",
      to: "const settled = undefined as Promise<void> | undefined;",
    },
    caughtBy: {
      file: "test/worker/cancellation.test.ts",
      test: "an attempt that fails just when its job is cancelled",
    },
  },
  {
    name: "a job that was cancelled while it ran runs again when its worker vanishes",
    change: {
      file: "src/queue/cancel-script.ts",
      from: 'redis.call("HSET", job, "defa", reason)',
      to: "",
    },
    caughtBy: {
      file: "test/worker/cancellation.test.ts",
      test: "is not run again after its worker has vanished",
    },
  },
];
