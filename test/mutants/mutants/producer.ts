import type { Mutant } from "../mutant.ts";

export const producerMutants: readonly Mutant[] = [
  {
    name: "Bull Board takes posts from other sites",
    change: {
      file: "src/producer/console/board.ts",
      from: "  app.use(sameOrigin({ takesForms: () => true }));\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/same-origin.test.ts",
      test: "Bull Board refuses a form with",
    },
  },
  {
    name: "another website asks for its visitor as often as it likes",
    change: {
      file: "src/producer/http/same-origin.ts",
      from: 'site === "cross-site" &&',
      to: "false &&",
    },
    caughtBy: {
      file: "test/producer/http/same-origin.test.ts",
      test: "what another website wants for itself",
    },
  },
  {
    name: "the reason of a failure is put into the page unescaped",
    change: {
      file: "src/producer/pages/job-page.ts",
      from: 'renderLongText(error, "failure")',
      to: "Object.assign(new String(error), { isEscaped: true })",
    },
    caughtBy: {
      file: "test/browser/escaping.test.ts",
      test: "a job's page shows the reason of a failure as text",
    },
  },
  {
    name: "a value that is nested deep makes a page many times its size",
    change: {
      file: "src/producer/pages/json-layout.ts",
      from: "Math.min(level, deepestIndent)",
      to: "Math.max(level, Math.min(deepestIndent, 0))",
    },
    caughtBy: {
      file: "test/producer/pages/shown-value.test.ts",
      test: "a value that is nested deep",
    },
  },
  {
    name: "a job's page tells other sites where it is",
    change: {
      file: "src/producer/pages/secret-address.ts",
      from: 'ctx.set("Referrer-Policy", "no-referrer");',
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/security-headers.test.ts",
      test: "what only its address gives away",
    },
  },
  {
    name: "a form that is sent again comes from no origin",
    change: {
      file: "src/producer/pages/error-page.ts",
      from: "else leaveUnlisted(ctx);",
      to: "else keepSecret(ctx), leaveUnlisted(ctx);",
    },
    caughtBy: {
      file: "test/browser/plain-http.test.ts",
      test: "a form that found the queue full",
    },
  },
  {
    name: "no rate limit",
    change: {
      file: "src/producer/http/rate-limit.ts",
      from: "await limiter.consume(clientOf(ctx.ip));",
      to: "void clientOf;",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "a client that submits too often",
    },
  },
  {
    name: "the right password is taken after ever so many wrong ones",
    change: {
      file: "src/producer/console/login.ts",
      from: "      await failures.check(ctx, tooMany).catch(tellLimited(client));\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/console/login.test.ts",
      test: "the right one among guesses that come at once",
    },
  },
  {
    name: "a job's state is looked for through a whole queue",
    change: {
      file: "src/producer/jobs/job-status.ts",
      from: "Promise.all([readPlace(queue, redis, id), queue.getJob(id)])",
      to: "Promise.all([queue.getJobState(id).then((state) => ({ state }) as JobPlace), queue.getJob(id)])",
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
      file: "src/producer/jobs/remembered.ts",
      from: "Number.NEGATIVE_INFINITY) + pauseMs",
      to: "Number.NEGATIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/producer/jobs/remembered.test.ts",
      test: "what is outdated is read anew, but so often at most",
    },
  },
  {
    name: "who asks whether the producer is ready asks Redis",
    change: {
      file: "src/producer/open-producer.ts",
      from: "remember(memoryMs, () => readMemory(redis))",
      to: "() => readMemory(redis)",
    },
    caughtBy: {
      file: "test/attacks/reads.test.ts",
      test: "what anybody may read costs Redis the same",
    },
  },
  {
    name: "a client reads as often as it likes",
    change: {
      file: "src/producer/http/read-limit.ts",
      from: "      await limit.count(ctx, tooMany);\n",
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "a client that reads too often is told when to come back",
    },
  },
  {
    name: "what a reader of events leaves unread is kept for it",
    change: {
      file: "src/producer/http/event-stream.ts",
      from: "> maxUnreadBytes",
      to: "> Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/producer/http/event-stream.test.ts",
      test: "a reader who leaves more than 256 KB unread",
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
    name: "a stream is silent while nothing happens",
    change: {
      file: "src/producer/http/event-stream.ts",
      from: "if (now >= commentsAt) keepAlive();",
      to: "void commentsAt;",
    },
    caughtBy: {
      file: "test/producer/http/event-stream.test.ts",
      test: "no stream is silent for 4 s",
    },
  },
  {
    name: "one client has any number of event streams",
    change: {
      file: "src/producer/http/stream-quota.ts",
      from: ">= mostPerClient",
      to: ">= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/producer/http/stream-quota.test.ts",
      test: "one client can have 20 event streams",
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
    name: "any number watch the overview at once",
    change: {
      file: "src/producer/overview/overview.ts",
      from: "createEventStreams(maxStreams)",
      to: "createEventStreams(Number.POSITIVE_INFINITY)",
    },
    caughtBy: {
      file: "test/producer/overview/overview.test.ts",
      test: "lets 200 watch at once",
    },
  },
  {
    name: "a stream whose life is over waits for its reader",
    change: {
      file: "src/producer/http/event-stream.ts",
      from: "if (body.writableEnded) body.destroy();",
      to: "if (body.writableEnded) return;",
    },
    caughtBy: {
      file: "test/producer/http/event-stream.test.ts",
      test: "a reader who reads no more loses its place",
    },
  },
  {
    name: "Bull Board's pages ask another site for a font",
    change: {
      file: "src/producer/console/board.ts",
      from: "  app.use(ownFilesOnly());\n",
      to: "",
    },
    caughtBy: { file: "test/browser/board.test.ts", test: "no page of Bull Board's asks" },
  },
  {
    name: "strangers are told where Redis is and what ails it",
    change: {
      file: "src/producer/http/app.ts",
      from: "async () => ({ ready: (await readiness()).ready })",
      to: "readiness",
    },
    caughtBy: {
      file: "test/producer/http/readiness.test.ts",
      test: "the public is told whether the producer is ready",
    },
  },
  {
    name: "the overview reads each second once, however far clocks are apart",
    change: {
      file: "src/producer/overview/ended-window.ts",
      from: "readUntilMs - behindMs",
      to: "readUntilMs",
    },
    caughtBy: { file: "test/faults/clock-skew.test.ts", test: "F14" },
  },
  {
    name: "a file of this release is kept for ever under the name of another's",
    change: {
      file: "src/producer/pages/assets.ts",
      from: 'const isLatest = ctx.params["set"] === assetSet;',
      to: "const isLatest = assetSet !== ctx.path;",
    },
    caughtBy: {
      file: "test/producer/pages/assets.test.ts",
      test: "a page of another release gets the files there are",
    },
  },
  {
    name: "a stream that has fallen silent is listened to for ever",
    change: {
      file: "src/producer/pages/assets/follow.js",
      from: "if (silenceMs !== undefined) timer =",
      to: "if (silenceMs === undefined) timer =",
    },
    caughtBy: {
      file: "test/browser/silence.test.ts",
      test: "an overview that hears nothing for five seconds",
    },
  },
  {
    name: "a page that is refused a stream reads nothing without one",
    change: {
      file: "src/producer/pages/assets/follow.js",
      from: "      refusals += 1;\n",
      to: "      throw error;\n",
    },
    caughtBy: {
      file: "test/browser/without-streams.test.ts",
      test: "where others of its address have all streams",
    },
  },
  {
    name: "a number of any length is looked at",
    change: {
      file: "src/producer/http/exact-number.ts",
      from: "  if (literal.length > longestNumber) return new InexactNumber(literal);\n",
      to: "",
    },
    caughtBy: {
      file: "test/attacks/slow-texts.test.ts",
      test: "a number of 64 KB is refused without a look at it",
    },
  },
  {
    name: "a form's number can match its pattern in many ways",
    change: {
      file: "src/producer/pages/fields.ts",
      from: "(\\d+(\\.\\d*)?|",
      to: "(\\d+\\.?\\d*|",
    },
    caughtBy: {
      file: "test/attacks/slow-texts.test.ts",
      test: "what is nearly a number costs no more than its length",
    },
  },
  {
    name: "an answer repeats a request as often as something is wrong with it",
    change: {
      file: "src/producer/http/errors.ts",
      from: "errors.slice(0, maxErrors).map(",
      to: "errors.map(",
    },
    caughtBy: {
      file: "test/attacks/many-errors.test.ts",
      test: "work on an error's text ends with what is told of it",
    },
  },
  {
    name: "an answer repeats as much of a request as it holds",
    change: {
      file: "src/producer/http/errors.ts",
      from: "return text.length > maxErrorText ?",
      to: "return text.length > maxErrorText * 200 ?",
    },
    caughtBy: {
      file: "test/attacks/many-errors.test.ts",
      test: "60 KB of a field beside the task",
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
];
