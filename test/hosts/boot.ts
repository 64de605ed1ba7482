import { readFile, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a boot is waited for. */
const patience = {
  /** A boot takes ten seconds; beside other hosts and tests, many times that. */
  bootMs: 240_000,
  /** Longer than anything that a boot does without a word in cloud-init's logs. */
  silenceMs: 90_000,
  /** After this much silence systemd is asked whether there is anything left to wait for. */
  doubtMs: 5_000,
  pauseMs: 250,
};

export const cloudInitLogs = ["/var/log/cloud-init.log", "/var/log/cloud-init-output.log"] as const;

/** A host while it boots; its files are read from outside, which costs the host nothing. */
export interface BootingHost {
  /** How the host's first process ended, or `undefined` while it runs. */
  readEnd(): string | undefined;
  /** Where a file of the running host is found outside. */
  locate(path: string): string;
  /** Runs a command on the host and returns its output, whether it succeeds or not. */
  ask(...command: readonly string[]): Promise<string>;
}

/** Waits until the boot has succeeded, and returns `undefined`; or until it cannot, and returns why. */
export async function waitForBoot(
  host: BootingHost,
  { bootMs, silenceMs, doubtMs, pauseMs } = patience,
): Promise<string | undefined> {
  const startedAt = performance.now();
  let [size, grownAt, doubtedAt] = [0, startedAt, startedAt];
  for (;;) {
    const end = host.readEnd();
    if (end !== undefined) return `its first process is gone: ${end}`;
    const errors = await readErrors(host);
    if (errors !== undefined) return errors.join("; ") || undefined;

    const now = performance.now();
    const sizeNow = await readLogSize(host);
    if (sizeNow > size) [size, grownAt] = [sizeNow, now];
    if (now - startedAt > bootMs) return `cloud-init was not through after ${bootMs / 1_000} s`;
    if (now - grownAt > silenceMs) return `cloud-init was silent for ${silenceMs / 1_000} s`;
    if (now - Math.max(grownAt, doubtedAt) > doubtMs) {
      doubtedAt = now;
      const state = (await host.ask("systemctl", "is-system-running")).trim();
      const isSettled = state === "running" || state === "degraded" || state === "maintenance";
      // cloud-init may have come to its end since it was last looked at.
      if (isSettled && (await readErrors(host)) === undefined) {
        return `systemd has started everything (${state}), and cloud-init did not come to its end`;
      }
    }
    await sleep(pauseMs);
  }
}

/** What cloud-init says went wrong, or `undefined` until it is through. */
async function readErrors(host: BootingHost): Promise<readonly string[] | undefined> {
  const text = await readFile(host.locate("/run/cloud-init/result.json"), "utf8").catch(
    () => undefined,
  );
  return text === undefined ? undefined : JSON.parse(text).v1.errors;
}

async function readLogSize(host: BootingHost): Promise<number> {
  const sizes = cloudInitLogs.map(async (log) => (await stat(host.locate(log))).size);
  const known = await Promise.allSettled(sizes);
  return known.reduce((sum, log) => sum + (log.status === "fulfilled" ? log.value : 0), 0);
}
