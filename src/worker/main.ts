import { readCommandLine } from "../service/command-line.ts";
import { loadConfig } from "../service/config.ts";
import { sharingOption } from "../service/doors.ts";
import { withoutOwnVariables } from "../service/passed-environment.ts";
import { untilStopped } from "../service/shutdown.ts";
import { createLog } from "../telemetry/log.ts";
import { tellLateRejection } from "./late-rejections.ts";
import { openWorker } from "./open-worker.ts";

process.on("uncaughtException", (error) => {
  createLog("worker", "fatal").fatal({ err: error }, `cannot go on: ${error.message}`);
  process.exit(1);
});

const { values } = readCommandLine(process, {
  usage: "node src/worker/main.ts [--share-ports]",
  about: ["Runs a worker. Environment variables set it up; src/README.md lists them."],
  options: sharingOption,
});
const config = { ...loadConfig(process.env), sharesPorts: values["share-ports"] === true };
const worker = await openWorker(config, {
  childEnvironment: withoutOwnVariables(process.env),
  // systemd, or the launcher, starts another one.
  onWedged: () => process.exit(1),
});
process.on("unhandledRejection", (error) => tellLateRejection(worker.log, error));
process.exit(await untilStopped(worker));
