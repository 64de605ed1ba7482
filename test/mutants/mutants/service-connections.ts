import type { Mutant } from "../mutant.ts";

export const serviceConnectionMutants: readonly Mutant[] = [
  {
    name: "a connection may wait for any number of answers",
    change: {
      file: "src/service/pipelining.ts",
      from: ">= maxUnanswered",
      to: ">= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a connection that asks for a few too many takes no other one of its client with it",
    },
  },
  {
    name: "a client may wait for any number of answers",
    change: {
      file: "src/service/pipelining.ts",
      from: "tally.of(client) <= perClient",
      to: "tally.of(client) <= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a client that waits for many answers is told to come later",
    },
  },
  {
    name: "a client that was cut for what it asked at once may do it again at once",
    change: {
      file: "src/service/pipelining.ts",
      from: "socket.destroyed ? lateWorth : 1",
      to: "socket.destroyed ? 0 : 1",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a client whose connection was cut for it has to rest",
    },
  },
  {
    name: "a client that was told to wait may go on all the same",
    change: {
      file: "src/service/client-rate.ts",
      from: "return at <= now + burstMs;",
      to: "return true;",
    },
    caughtBy: {
      file: "test/service/client-rate.test.ts",
      test: "a client that goes on beyond its rate is cut",
    },
  },
  {
    name: "one client may have all connections",
    change: {
      file: "src/service/crowding.ts",
      from: "own.size >= perClient &&",
      to: "own.size >= Number.POSITIVE_INFINITY &&",
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "a client beyond its share of connections is cut off",
    },
  },
  {
    name: "any number of connections are open",
    change: {
      file: "src/service/crowding.ts",
      from: "return open.size < max;",
      to: "return true;",
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "more connections than there are places are cut off",
    },
  },
  {
    name: "idle connections make no room",
    change: {
      file: "src/service/crowding.ts",
      from: "open.size >= max * crowdedRatio",
      to: "open.size >= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "newcomers close the connection that has been idle for longest",
    },
  },
  {
    name: "an answer that is still being sent makes room for others",
    change: {
      file: "src/service/idle-connections.ts",
      from: 'response.once("close", end);',
      to: 'response.once("prefinish", () => idle.add(socket));',
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "an answer that is read slowly is complete",
    },
  },
  {
    name: "who may not connect has others' connections closed",
    change: {
      file: "src/service/crowding.ts",
      from: "crowds || !mayConnect(client) || !hasRoom()",
      to: "crowds || !hasRoom() || !mayConnect(client)",
    },
    caughtBy: {
      file: "test/service/crowding.test.ts",
      test: "a client that may not connect makes nobody lose a connection",
    },
  },
  {
    name: "who reads nothing keeps its connection",
    change: {
      file: "src/service/unread-output.ts",
      from: ">= patience",
      to: ">= Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/unread-output.test.ts",
      test: "a client that asks and does not read is cut off",
    },
  },
  {
    name: "whether output is read is looked at once in a while",
    change: {
      file: "src/service/unread-output.ts",
      from: "lookEveryMs = 1_000",
      to: "lookEveryMs = 10_000",
    },
    caughtBy: {
      file: "test/service/unread-output.test.ts",
      test: "a client that asks and does not read is cut off",
    },
  },
  {
    name: "who sends on and on need not read",
    change: {
      file: "src/service/unread-output.ts",
      from: "${socket.bytesWritten -",
      to: "${socket.bytesRead + socket.bytesWritten -",
    },
    caughtBy: {
      file: "test/service/unread-output.test.ts",
      test: "a client that goes on sending and does not read is cut off",
    },
  },
  {
    name: "who went on although it was refused has to rest for ever",
    change: {
      file: "src/service/client-rate.ts",
      from: "now + burstMs + maxRestMs",
      to: "Number.POSITIVE_INFINITY",
    },
    caughtBy: {
      file: "test/service/client-rate.test.ts",
      test: "however much was refused, a client has rested",
    },
  },
];
