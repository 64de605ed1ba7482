import { readFileSync } from "node:fs";

const sameRequestMs = 500;
const parentCheckMs = 500;

/**
 * Calls `first` once, when a signal, the end of the npm that runs this process, or of whoever reads
 * its output asks it to stop, and `again` when Ctrl-C or SIGTERM repeats that.
 */
export function onStopRequest(
  { runByNpm }: { runByNpm: boolean },
  first: (reason: string) => void,
  again: () => void,
): void {
  const npm = process.ppid;
  let isRequested = false;
  let toldAt: number | undefined;
  const stop = (reason: string) => {
    if (isRequested) return;
    isRequested = true;
    first(reason);
  };
  const request = (reason: string) => {
    toldAt ??= performance.now();
    stop(reason);
  };
  const insist = (signal: string) => {
    // A terminal's Ctrl-C arrives twice within a moment: npm gets it as well, and passes it on.
    const isSecond = toldAt !== undefined && performance.now() - toldAt > sameRequestMs;
    if (isSecond) again();
    else request(signal);
  };
  process.on("SIGINT", insist).on("SIGTERM", insist).on("SIGHUP", request);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Nobody saw that we stop, so that the first Ctrl-C is still the first.
    if (error.code === "EPIPE") stop("nobody reads this output");
  });

  if (!runByNpm) return;
  if (isFosterParent(npm)) {
    request("npm is gone");
    return;
  }
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    request("npm is gone");
  }, parentCheckMs);
}

/**
 * Whether our parent is the process that takes in orphans, as npm ended before we could look. In a
 * container npm itself may be process 1; but npm runs its scripts in its own session, and who takes
 * in the orphans of a terminal or a service is in another one.
 */
function isFosterParent(parent: number): boolean {
  const theirs = sessionOf(parent);
  const ours = sessionOf("self");
  return theirs === undefined || ours === undefined ? parent === 1 : theirs !== ours;
}

/** `undefined` where the system does not tell: it is not Linux, or hides other users' processes. */
function sessionOf(process: number | "self"): string | undefined {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, "utf8");
    // After the name, which may hold anything: state, parent, process group, session.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3];
  } catch {
    return undefined;
  }
}
