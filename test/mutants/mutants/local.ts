import type { Mutant } from "../mutant.ts";

export const localMutants: readonly Mutant[] = [
  {
    name: "services are followed by new ones whatever is in the files",
    change: {
      file: "src/local/reload/reload.ts",
      from: "if (problem !== undefined) throw new Error(problem);",
      to: "void problem;",
    },
    caughtBy: {
      file: "test/local/reload/reload.test.ts",
      test: "goes on as before while a file is broken",
    },
  },
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
  {
    name: "npm start takes whoever took it in for the npm that runs it",
    change: {
      file: "src/local/stop-request.ts",
      from: "  if (isFosterParent(npm)) {\n",
      to: "  if (isFosterParent(npm) && npm < 0) {\n",
    },
    caughtBy: {
      file: "test/local/stop.test.ts",
      test: "starts nothing when the npm that runs it is gone",
    },
  },
  {
    name: "the installation asks a command to end that ignores it, and waits",
    change: {
      file: "src/local/install/step.js",
      from: '      signalAll("SIGKILL");\n',
      to: "",
    },
    caughtBy: { file: "test/local/step.test.ts", test: "kills a command that goes on" },
  },
];
