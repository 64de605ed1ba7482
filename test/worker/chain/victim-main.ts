import { queues } from "../../../src/contract/queues.ts";
import { loadConfig } from "../../../src/service/config.ts";
import { openWorker } from "../../../src/worker/open-worker.ts";
import { createFamily } from "../../support/chain.ts";
import { anyPorts } from "../../support/ports.ts";

// Run by kills.test.ts until it is killed: a worker of the queue QUEUE.
const { QUEUE: name = "", ...env } = process.env;
await openWorker(
  { ...loadConfig(env), ports: anyPorts },
  { queues: { [name]: queues.default }, tasks: createFamily() },
);
