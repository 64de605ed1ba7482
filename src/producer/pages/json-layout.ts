/** What fits into a line of a page. */
const lineLength = 72;
/** Deeper parts are not moved any further to the right: a page would be many times as long as its value. */
const deepestIndent = 10;

/** A value as JSON for people: what fits into a line is one, and anything else one line for each part. */
export function layOutJson(value: unknown, level = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => layOutJson(item, level + 1))
    : Object.entries(value).map(
        ([name, item]) => `${JSON.stringify(name)}: ${layOutJson(item, level + 1)}`,
      );
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const line = `${open}${parts.join(", ")}${close}`;
  if (line.length <= lineLength && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => indent(level + 1) + part).join(",\n")}\n${indent(level)}${close}`;
}

function indent(level: number): string {
  return "  ".repeat(Math.min(level, deepestIndent));
}
