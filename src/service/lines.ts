import type { Readable } from "node:stream";

/** Longer lines come in pieces: a program that never ends its line must not fill our memory. */
const longest = 8_192;

/**
 * Calls back with each line of text that the stream brings. Only a line feed ends a line, and no
 * character that a terminal or another reader might take for an end or a command, or that nobody sees,
 * comes through as it is.
 * Of a piece that is not wanted nothing is told: it is read all the same, so that nobody waits to write.
 */
export function onLine(
  stream: Readable,
  onText: (line: string) => void,
  isWanted: (piece: string) => boolean = () => true,
): void {
  const tell = (line: string) => {
    let begin = 0;
    do {
      onText(escapeControls(line.slice(begin, begin + longest)));
      begin += longest;
    } while (begin < line.length);
  };
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    if (!isWanted(chunk)) {
      if (rest !== "") tell(rest);
      rest = "";
      return;
    }
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(line);
    if (rest.length < longest) return;
    tell(rest);
    rest = "";
  });
  stream.on("end", () => {
    if (rest !== "") tell(rest);
  });
}

/** As JSON writes them, so that a line of JSON still is one. */
export function escapeControls(line: string): string {
  // Format characters, too: they turn the text around them, or make two that differ look alike.
  return line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (control) => {
    if (control === "\t") return control;
    const units = control.split("").map((unit) => unit.charCodeAt(0).toString(16));
    return units.map((unit) => `\\u${unit.padStart(4, "0")}`).join("");
  });
}
