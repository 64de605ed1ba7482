import type { Logger } from "pino";
import { within } from "./deadline.ts";

/** A service that is up. */
export interface OpenService {
  readonly log: Logger;
  /** Milliseconds after which `close` is not waited for any longer. */
  readonly closeWithinMs: number;
  /** It takes nothing new from the turn of the event loop on in which this is called. */
  readonly close: () => Promise<void>;
}

/**
 * Tells the process that started it, if that listens, that the service is up; closes it at the first
 * SIGTERM or SIGINT, tells once it takes nothing new any more, and resolves with the code to exit
 * with: 0 when that went well, 1 when it threw or took too long.
 */
export async function untilStopped({ log, closeWithinMs, close }: OpenService): Promise<0 | 1> {
  const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.on("SIGTERM", resolve);
  process.on("SIGINT", resolve);
  tellStarter("up");
  log.info({ signal: await asked }, "stopping");
  try {
    const closed = within(closeWithinMs, close());
    setImmediate(() => tellStarter("closing"));
    await closed;
    log.info("stopped");
    return 0;
  } catch (error) {
    log.fatal({ err: error }, "cannot stop cleanly");
    return 1;
  }
}

/** Whoever started it may have ended since. */
function tellStarter(what: "up" | "closing"): void {
  process.send?.(what, undefined, undefined, () => undefined);
}
