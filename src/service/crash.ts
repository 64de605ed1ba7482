import { createLog } from "../telemetry/log.ts";

/** From now on, what nobody catches ends the process with one line in the log that says why. */
export function exitOnCrash(service: "producer" | "worker"): void {
  const log = createLog(service, "fatal");
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, `cannot go on: ${error.message}`);
    process.exit(1);
  });
}
