/** Pulumi's key of a value that is more than its content: a secret, an output, an asset. */
const mark = "4dabf18193072939515e22adb298388d";

/** The same value without Pulumi's wrappings. */
export function unwrap(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (mark in value && "value" in value) return unwrap(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrap(each)]));
}
