import { setTimeout as sleep } from "node:timers/promises";
import { listChanged, readSourceFiles, type SourceFiles } from "./source-files.ts";

/** A look at all files takes 4 ms of a processor. */
const lookEveryMs = 500;

/** The files as services that are started now load them. */
export function findSources(sources: string): SourceFiles {
  return read(sources, new Map());
}

/**
 * Calls `onChange` with the files that have changed once nothing more does for a moment, and goes on
 * when that is done, until the signal aborts.
 *
 * It looks instead of being told: that takes no inotify, of which a machine can run out and which
 * mounted folders of another system do not have, and it is the same for files that are new, gone,
 * written, or replaced by renaming.
 */
export async function watchSources(
  sources: string,
  {
    loaded,
    signal,
    onChange,
  }: {
    /** The files as they were when the services were started, which may be a while ago. */
    loaded: SourceFiles;
    signal: AbortSignal;
    onChange: (paths: string[]) => Promise<void>;
  },
): Promise<void> {
  let known = loaded;
  for (;;) {
    const seen = read(sources, known);
    if (listChanged(known, seen).length === 0) {
      if (!(await pause(signal))) return;
      continue;
    }
    const settled = await untilSettled(sources, seen, signal);
    if (settled === undefined) return;
    const changed = listChanged(known, settled);
    known = settled;
    if (changed.length > 0) await onChange(changed);
  }
}

/** The files once they are the same twice; `undefined` if the signal aborts. */
async function untilSettled(
  sources: string,
  first: SourceFiles,
  signal: AbortSignal,
): Promise<SourceFiles | undefined> {
  let before = first;
  while (await pause(signal)) {
    const after = read(sources, before);
    if (listChanged(before, after).length === 0) return after;
    before = after;
  }
  return undefined;
}

/** What was seen before where a folder goes while they are read. */
function read(sources: string, before: SourceFiles): SourceFiles {
  try {
    return readSourceFiles(sources);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return before;
  }
}

async function pause(signal: AbortSignal): Promise<boolean> {
  return sleep(lookEveryMs, true, { signal }).catch(() => false);
}
