import type { Log } from "../telemetry/log.ts";

/**
 * Runs `stop` at the first SIGTERM or SIGINT and then exits: 0 when it went well, 1 when it threw
 * or took longer than `deadlineMs`.
 */
export function onShutdown(
  stop: () => Promise<void>,
  { deadlineMs, log }: { deadlineMs: number; log: Log },
): void {
  const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.on("SIGTERM", resolve);
  process.on("SIGINT", resolve);
  void asked.then(async (signal) => {
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.fatal(`not stopped after ${deadlineMs} ms, exiting`);
      process.exit(1);
    }, deadlineMs).unref();
    try {
      await stop();
      log.info("stopped");
      process.exit(0);
    } catch (error) {
      log.fatal({ err: error }, "cannot stop cleanly");
      process.exit(1);
    }
  });
}
