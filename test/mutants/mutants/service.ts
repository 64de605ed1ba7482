import type { Mutant } from "../mutant.ts";

export const serviceMutants: readonly Mutant[] = [
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
    name: "a request without a host passes the limits",
    change: {
      file: "src/service/listener.ts",
      from: "requireHostHeader: false",
      to: "requireHostHeader: true",
    },
    caughtBy: {
      file: "test/service/pipelining.test.ts",
      test: "a request ",
    },
  },
  {
    name: "a request may name two hosts, of which another program may take the other",
    change: { file: "src/service/protocol.ts", from: "hosts > 1", to: "hosts > 99" },
    caughtBy: {
      file: "test/service/protocol.test.ts",
      test: "a request with ",
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
    name: "a stop cuts answers that are read slowly",
    change: {
      file: "src/service/listener.ts",
      from: "server.closeIdleConnections = () => idle.closeAll();",
      to: "",
    },
    caughtBy: {
      file: "test/service/listener.test.ts",
      test: "a stop lets a client that reads slowly have all of its answer",
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
    name: "any name is answered",
    change: {
      file: "src/service/protocol.ts",
      from: "if (!isOurs(headers.host)) {",
      to: "if (!isOurs(undefined)) {",
    },
    caughtBy: {
      file: "test/service/known-hosts.test.ts",
      test: "a page of another site can neither submit",
    },
  },
  {
    name: "a connection has any number of answers",
    change: {
      file: "src/service/listener.ts",
      from: "server.maxRequestsPerSocket = 1_000;",
      to: "",
    },
    caughtBy: {
      file: "test/service/listener.test.ts",
      test: "a connection ends after a thousand answers",
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
  {
    name: "another program listens on the same port",
    change: {
      file: "src/service/doors.ts",
      from: "if (shares && port !== 0) await probe({ host, port });",
      to: "",
    },
    caughtBy: {
      file: "test/service/doors.test.ts",
      test: "a port is shared with no other program",
    },
  },
  {
    name: "all clients behind NAT64 are one",
    change: {
      file: "src/service/client-address.ts",
      from: ', "64:ff9b:0:0:0:0"',
      to: "",
    },
    caughtBy: {
      file: "test/service/client-address.test.ts",
      test: "64:ff9b::203.0.113.7",
    },
  },
  {
    name: "a client behind a proxy is another one at each port",
    change: {
      file: "src/service/client-address.ts",
      from: '.replace(/(\\.\\d+):\\d+$/, "$1")',
      to: "",
    },
    caughtBy: {
      file: "test/producer/http/rate-limit.test.ts",
      test: "one address is one client, however the proxy writes it",
    },
  },
  {
    name: "a control character in a line commands the terminal",
    change: {
      file: "src/service/lines.ts",
      from: "[\\p{Cc}\\p{Cf}\\u2028\\u2029]",
      to: "[\\p{Cf}\\u2028\\u2029]",
    },
    caughtBy: {
      file: "test/service/lines.test.ts",
      test: "U+009B, which begins a command to a terminal",
    },
  },
  {
    name: "a format character in a line turns what follows around",
    change: {
      file: "src/service/lines.ts",
      from: "\\p{Cf}",
      to: "",
    },
    caughtBy: {
      file: "test/service/lines.test.ts",
      test: "U+202E, which turns what follows around",
    },
  },
  {
    name: "a line without an end is kept whole, however long",
    change: {
      file: "src/service/lines.ts",
      from: "longest = 8_192",
      to: "longest = Number.MAX_SAFE_INTEGER",
    },
    caughtBy: {
      file: "test/service/lines.test.ts",
      test: "a line without an end comes in pieces",
    },
  },
  {
    name: "the worker of npm start is told Bull Board's password",
    change: {
      file: "src/service/passed-environment.ts",
      from: "catalogue[name]?.readBy.includes(service)",
      to: "true",
    },
    caughtBy: {
      file: "test/local/start.test.ts",
      test: "keeps a password that was given to itself",
    },
  },
  {
    name: "digits of an address are looked through anew from each of them",
    change: {
      file: "src/service/client-address.ts",
      from: "/(\\.\\d+):\\d+$/",
      to: "/^(.*\\d+(?:\\.\\d+){3}):\\d+$/",
    },
    caughtBy: {
      file: "test/attacks/slow-texts.test.ts",
      test: "digits as an address cost no more than their length",
    },
  },
];
