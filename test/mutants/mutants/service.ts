import type { Mutant } from "../mutant.ts";

export const serviceMutants: readonly Mutant[] = [
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
    name: "a refusal is written into the answer that is under way",
    change: {
      file: "src/service/improper-requests.ts",
      from: "answer?.headersSent !== true",
      to: "answer !== undefined",
    },
    caughtBy: {
      file: "test/service/protocol.test.ts",
      test: "nothing is said into an answer",
    },
  },
  {
    name: "a request's own word for its server is not looked at",
    change: {
      file: "src/service/protocol.ts",
      from: "isOurs(named ?? headers.host)",
      to: "isOurs(headers.host)",
    },
    caughtBy: {
      file: "test/service/protocol.test.ts",
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
    name: "any name is answered",
    change: {
      file: "src/service/protocol.ts",
      from: "if (!isOurs(named ?? headers.host)) {",
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
    name: "another program listens on the same port",
    change: {
      file: "src/service/doors.ts",
      from: "if (shares && port !== 0 && !sharesPort) await probe({ host, port });",
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
