import type { Mutant } from "../mutant.ts";

export const localMutants: readonly Mutant[] = [
  {
    name: "the Redis of npm start lets everybody on this machine in",
    change: {
      file: "src/local/broker-login.ts",
      from: "`requirepass ${password}\\n`",
      to: '"\\n"',
    },
    caughtBy: { file: "test/local/start.test.ts", test: "its Redis demands a password" },
  },
  {
    name: "the Redis of npm start has no memory limit",
    change: { file: "src/local/broker.ts", from: '    maxmemory: "512mb",\n', to: "" },
    caughtBy: {
      file: "test/local/start.test.ts",
      test: "its Redis has a memory limit",
    },
  },
];
