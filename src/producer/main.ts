import { readCommandLine } from "../service/command-line.ts";
import { loadConfig } from "../service/config.ts";
import { sharingOption } from "../service/doors.ts";
import { untilStopped } from "../service/shutdown.ts";
import { createLog } from "../telemetry/log.ts";
import { openProducer } from "./open-producer.ts";

process.on("uncaughtException", (error) => {
  createLog("producer", "fatal").fatal({ err: error }, `cannot go on: ${error.message}`);
  process.exit(1);
});

const { values } = readCommandLine(process, {
  usage: "node src/producer/main.ts [--share-ports]",
  about: ["Runs a producer. Environment variables set it up; src/README.md lists them."],
  options: sharingOption,
});
const config = loadConfig(process.env, { needsBoardPassword: true });
const producer = await openProducer({ ...config, sharesPorts: values["share-ports"] === true });
process.exit(await untilStopped(producer));
