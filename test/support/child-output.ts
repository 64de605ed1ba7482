import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

/** Everything that the child has written so far, on standard output and standard error. */
export function collectOutput(
  child: Pick<ChildProcessByStdio<null, Readable, Readable>, "stdout" | "stderr">,
): () => string {
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (written += chunk));
  }
  return () => written;
}
