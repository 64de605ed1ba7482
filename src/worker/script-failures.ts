import type { Worker } from "bullmq";
import { lineOf } from "../telemetry/line-limits.ts";
import type { Log } from "../telemetry/log.ts";

/** What Redis answers when a script of BullMQ's cannot go on with what it found. */
const scriptFailure = /^ERR .*(script|lua)/is;

/** Logs what a worker cannot do because of a job that was changed in Redis; BullMQ goes on with others. */
export function registerScriptFailures(worker: Worker, log: Log): void {
  worker.on("error", (error) => {
    if (scriptFailure.test(error.message))
      log.error({ err: error, ...lineOf("record_damaged") }, "redis holds a damaged job");
  });
}
