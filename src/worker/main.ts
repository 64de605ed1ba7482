import { readCommandLine } from "../service/command-line.ts";
import { loadConfig } from "../service/config.ts";
import { withoutOwnVariables } from "../service/passed-environment.ts";
import { untilStopped } from "../service/shutdown.ts";
import { createLog } from "../telemetry/log.ts";
import { openWorker } from "./open-worker.ts";

process.on("uncaughtException", (error) => {
  createLog("worker", "fatal").fatal({ err: error }, `cannot go on: ${error.message}`);
  process.exit(1);
});

readCommandLine(process, {
  usage: "node src/worker/main.ts",
  about: ["Runs a worker. Environment variables set it up; src/README.md lists them."],
});
const worker = await openWorker(loadConfig(process.env), {
  childEnvironment: withoutOwnVariables(process.env),
  // systemd, or the launcher, starts another one.
  onWedged: () => process.exit(1),
});
process.exit(await untilStopped(worker));
