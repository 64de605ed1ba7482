import { UsageError } from "./exit-codes.ts";
import { type InputSchema, typesOf } from "./input-schema.ts";
import { parseLiterally } from "./literal.ts";

/**
 * The input that arguments like `x=10` make. What a field is follows from the task's schema: `10` is
 * a text where the field takes texts alone, and a number where it takes numbers. Whether it fits is
 * for the server to say. Throws a `UsageError` for what is no field, or is there twice.
 */
export function readFields(
  texts: readonly string[],
  input: InputSchema,
): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  for (const text of texts) {
    const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) {
      throw new UsageError(`"${text}" is no field, expected one like x=10`);
    }
    if (fields.has(name)) throw new UsageError(`the field "${name}" is there twice`);
    const field = Object.entries(input.properties ?? {}).find(([other]) => other === name)?.[1];
    fields.set(name, readValue(value, field === undefined ? new Set() : typesOf(field, input)));
  }
  return Object.fromEntries(fields);
}

function readValue(text: string, types: ReadonlySet<string>): unknown {
  if (types.has("string") && types.size === 1) return text;
  let value: unknown;
  try {
    value = parseLiterally(text);
  } catch {
    return text;
  }
  const isText = typeof value === "string" || !types.has(typeOf(value, types));
  return types.has("string") && isText ? text : value;
}

/** An object that is neither null nor an array, and holds nothing, is a number as it was typed. */
function typeOf(value: unknown, types: ReadonlySet<string>): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  if (/^[-\d]/.test(JSON.stringify(value))) return types.has("integer") ? "integer" : "number";
  return "object";
}
