import type { Mutant } from "../mutant.ts";

export const producerHttpMutants: readonly Mutant[] = [
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
    name: "no rate limit",
    change: {
      file: "src/producer/http/rate-limit.ts",
      from: "return (await limiter.consume(clientOf(ctx.ip))).consumedPoints;",
      to: "void clientOf;\n        return 1;",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "a client that submits too often",
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
];
