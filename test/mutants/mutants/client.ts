import type { Mutant } from "../mutant.ts";

export const clientMutants: readonly Mutant[] = [
  {
    name: "a client submits without a key, so that a retry makes a second job",
    change: {
      file: "src/client/request.ts",
      from: '...(key !== undefined && { "idempotency-key": key }),',
      to: "",
    },
    caughtBy: {
      file: "test/client/retries.test.ts",
      test: "a connection that is reset after the job was taken makes no second job",
    },
  },
  {
    name: "a client comes back before the time that it was told",
    change: {
      file: "src/client/request.ts",
      from: "retryAfterMs || Math.min",
      to: "Math.min",
    },
    caughtBy: {
      file: "test/client/retries.test.ts",
      test: "tries again when it is to, with the same key",
    },
  },
  {
    name: "after one of many was given up, each of the others is tried for as long",
    change: {
      file: "src/client/submit-many.ts",
      from: "givenUp !== undefined) {",
      to: 'givenUp?.message === "") {',
    },
    caughtBy: {
      file: "test/client/submit-many.test.ts",
      test: "gives all up that are left",
    },
  },
];
