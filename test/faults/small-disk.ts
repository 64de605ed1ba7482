import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

export interface SmallDisk {
  /** Where it is mounted: only for commands that are started through `enter`. */
  readonly folder: string;
  /** A command that turns into the one that follows it, with the disk in its sight. */
  readonly enter: readonly string[];
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives that room back. */
  free(): void;
}

/** A disk in memory that only its own mount namespace sees; it goes with the test. */
export async function openSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = createTemporaryFolder();
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && echo mounted && exec cat`;
  const holder = spawn(
    "unshare",
    ["--mount", "--propagation=private", "sh", "-c", mount, folder],
    // The end of its input, at the latest with this process, is its own end.
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  onTestFinished(async () => {
    const ended = once(holder, "exit");
    holder.stdin.end();
    await ended;
  });
  await once(holder.stdout, "data");
  const seenFromHere = `/proc/${holder.pid}/root${folder}`;
  const ballast = join(seenFromHere, "ballast");
  return {
    folder,
    enter: ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`],
    fill: () => fillWith(ballast),
    free: () => rmSync(ballast),
  };
}

function fillWith(file: string): void {
  const zeros = Buffer.alloc(1 << 20);
  const handle = openSync(file, "a");
  try {
    for (;;) writeSync(handle, zeros);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(handle);
  }
}
