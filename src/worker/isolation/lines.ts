import type { Readable } from "node:stream";

/** Longer lines come in pieces: a program that never ends its line must not fill our memory. */
const longest = 8_192;

/** Calls back with each line of text that the stream brings. */
export function onLine(stream: Readable, tell: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(line.slice(0, longest));
    if (rest.length < longest) return;
    tell(rest.slice(0, longest));
    rest = "";
  });
  stream.on("end", () => {
    if (rest !== "") tell(rest);
  });
}
