/** A number as it was typed, which `JSON.stringify` writes as it is; the types do not know of it yet. */
const json = JSON as typeof JSON & { rawJSON(text: string): object };

/**
 * Parses JSON whose numbers are sent on as they were written, so that the server, and not rounding,
 * has the last word on them. Throws a `SyntaxError`.
 */
export function parseLiterally(text: string): unknown {
  return JSON.parse(text, keepLiteral as (key: string, value: unknown) => unknown);
}

function keepLiteral(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === "number" && source !== undefined ? json.rawJSON(source) : value;
}
