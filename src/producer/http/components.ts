import { z } from "zod";
import { refer } from "./operation.ts";

/** Schemas by the name that stands for them in a document. */
export type Components = Readonly<Record<string, object>>;

export interface Placed {
  readonly schema: object;
  /** What the schema defines by name, under a name in the document. */
  readonly components: Components;
}

/**
 * Makes a schema, which is a document of its own, a part of another one: what it says of itself (`#`)
 * is found at `place` there, and what it defines among the components, as `nameOf` calls it.
 */
export function placeSchema(
  { $defs = {}, ...given }: z.core.JSONSchema.BaseSchema,
  place: string,
  nameOf: (definition: string) => string = (definition) => definition,
): Placed {
  // Within a document a schema is of the document's dialect.
  const schema = { ...given, $schema: undefined };
  const places = new Map([["#", place]]);
  for (const name of Object.keys($defs)) {
    places.set(`#/$defs/${name}`, `#/components/schemas/${nameOf(name)}`);
  }
  const definitions = Object.entries($defs).map(([name, definition]) => [
    nameOf(name),
    repoint(definition, places),
  ]);
  return {
    schema: repoint(schema, places) as object,
    components: Object.fromEntries(definitions),
  };
}

/**
 * A schema as the component of that name, with what it defines by name: of what is told, or, as `input`,
 * of what is taken.
 */
export function describeComponent(
  name: string,
  schema: z.ZodType,
  io: "input" | "output" = "output",
): Components {
  const placed = placeSchema(z.toJSONSchema(schema, { io }), refer(name).$ref);
  return { [name]: placed.schema, ...placed.components };
}

function repoint(value: unknown, places: ReadonlyMap<string, string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => repoint(item, places));
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    key === "$ref" && typeof item === "string" ? (places.get(item) ?? item) : repoint(item, places),
  ]);
  return Object.fromEntries(entries);
}
