import { readFile, truncate } from "node:fs/promises";
import { until } from "../support/until.ts";

/** Prefix that has strace write down what a command writes and syncs. */
export function recordSyncs(traceFile: string): string[] {
  return [
    "strace",
    // As a grandchild it leaves the command its process.
    "--daemonize",
    "--follow-forks",
    // Stops only at the calls named, so that the rest is quick.
    "--seccomp-bpf",
    "--trace=write,fdatasync",
    "--signal=kill",
    "--quiet=attach,personality",
    "--decode-fds=path",
    "--string-limit=0",
    `--output=${traceFile}`,
  ];
}

/**
 * Does to a file that its recorded writer has made what a power cut may do at the moment the writer
 * was killed: throws away all that was written since the start of the last sync that had ended.
 * Returns how many bytes that were.
 */
export async function loseUnsynced(file: string, traceFile: string): Promise<number> {
  const trace = await until("the end of the trace", async () => {
    const text = await readFile(traceFile, "utf8");
    // A process's first thread is the last of them to be reported dead.
    const leader = /^\d+/.exec(text)?.[0];
    return new RegExp(`^${leader} +\\+{3} killed`, "m").test(text) && text;
  });
  const { written, synced } = readTrace(trace, file);
  await truncate(file, synced);
  return written - synced;
}

/** Bytes that the trace shows written to the file, and how many of them a sync covers for sure. */
export function readTrace(trace: string, file: string): { written: number; synced: number } {
  let written = 0;
  let synced = 0;
  const begun = new Map<string, { readonly call: string; readonly writtenBefore: number }>();
  for (const line of trace.split("\n")) {
    const [, thread = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    // A call during which another thread made one is in the trace twice.
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    if (resumed === undefined) begun.set(thread, { call: text, writtenBefore: written });
    const { call = "", writtenBefore = 0 } = begun.get(thread) ?? {};
    const result = Number(/ = (\d+)$/.exec(resumed ?? text)?.[1]);
    if (Number.isNaN(result) || !call.includes(`<${file}>`)) continue;
    if (call.startsWith("write(")) written += result;
    else synced = Math.max(synced, writtenBefore);
  }
  return { written, synced };
}
