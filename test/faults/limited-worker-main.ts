import { appendFileSync } from "node:fs";
import { loadConfig } from "../../src/service/config.ts";
import { openWorker } from "../../src/worker/open-worker.ts";
import { anyPorts } from "../support/ports.ts";
import { createLimitedTasks, limitedQueues } from "./limited-queues.ts";

// Run by queue-limits.test.ts until it is killed: a worker of queues that are not the project's own,
// which writes to the file RUNS_FILE, a line of JSON each, when a job begins and ends.
const { RUNS_FILE: runsFile = "", ...env } = process.env;
await openWorker(
  { ...loadConfig(env), ports: anyPorts },
  {
    queues: limitedQueues,
    tasks: createLimitedTasks((run) => appendFileSync(runsFile, `${JSON.stringify(run)}\n`)),
  },
);
