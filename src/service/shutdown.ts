import type { Logger } from "pino";
import { within } from "./deadline.ts";

/** A service that is up. */
export interface OpenService {
  readonly log: Logger;
  /** Milliseconds after which `close` is not waited for any longer. */
  readonly closeWithinMs: number;
  readonly close: () => Promise<void>;
}

/**
 * Closes the service at the first SIGTERM or SIGINT, and resolves with the code to exit with: 0 when
 * that went well, 1 when it threw or took too long.
 */
export async function untilStopped({ log, closeWithinMs, close }: OpenService): Promise<0 | 1> {
  const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.on("SIGTERM", resolve);
  process.on("SIGINT", resolve);
  log.info({ signal: await asked }, "stopping");
  try {
    await within(closeWithinMs, close());
    log.info("stopped");
    return 0;
  } catch (error) {
    log.fatal({ err: error }, "cannot stop cleanly");
    return 1;
  }
}
