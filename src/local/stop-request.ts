const sameRequestMs = 500;
const parentCheckMs = 500;

/**
 * Calls `first` once, when a signal or the death of the npm that runs this process asks it to stop,
 * and `again` when Ctrl-C or SIGTERM repeats that.
 */
export function onStopRequest(
  { runByNpm }: { runByNpm: boolean },
  first: (reason: string) => void,
  again: () => void,
): void {
  let requestedAt: number | undefined;
  const request = (reason: string) => {
    if (requestedAt !== undefined) return;
    requestedAt = performance.now();
    first(reason);
  };
  const insist = (signal: string) => {
    // A terminal's Ctrl-C arrives twice within a moment: npm gets it as well, and passes it on.
    const isSecond = requestedAt !== undefined && performance.now() - requestedAt > sameRequestMs;
    if (isSecond) again();
    else request(signal);
  };
  process.on("SIGINT", insist).on("SIGTERM", insist).on("SIGHUP", request);

  if (!runByNpm) return;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    request("npm is gone");
  }, parentCheckMs);
}
