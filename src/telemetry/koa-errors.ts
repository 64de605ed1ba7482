import type Koa from "koa";
import { lineOf } from "./line-limits.ts";
import type { Log } from "./log.ts";

/** A reader who leaves in the middle of a stream, or sends what is no HTTP, is no error of ours. */
const byClient = /^(ERR_STREAM_PREMATURE_CLOSE|ECONNRESET|EPIPE|HPE_.*)$/;

/** Logs what Koa itself could not answer; without it Koa would print it. */
export function logKoaErrors(app: Koa, log: Log): void {
  app.on("error", (error: Error & { code?: string }) => {
    if (byClient.test(error.code ?? "")) return;
    log.error({ err: error, ...lineOf("response_failed") }, "response failed");
  });
}
