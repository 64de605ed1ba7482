import fc from "fast-check";

/** A JSON Schema, as far as a task's input uses it. */
export interface ValueSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly ValueSchema[];
  readonly anyOf?: readonly ValueSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
}

const longest = 50;

/** Values that fit the schema. Throws for one that says what this does not understand. */
export function valuesOf(schema: ValueSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(valuesOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "object":
      return objectsOf(schema);
    case "string":
      if (schema.format === "uri") return fc.constant("https://example.com/jobs");
      return fc.string({
        unit: "binary",
        minLength: schema.minLength ?? 0,
        maxLength: Math.min(longest, schema.maxLength ?? longest),
      });
    case "integer":
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    default:
      throw new Error(`no values are known for the schema ${JSON.stringify(schema)}`);
  }
}

function objectsOf(schema: ValueSchema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    const key = fc.string({ unit: "binary", maxLength: 10 }).filter((name) => name !== "__proto__");
    return fc.dictionary(key, valuesOf(additionalProperties), { noNullPrototype: true });
  }
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, value] of Object.entries(properties)) values[name] = valuesOf(value);
  return fc.record(values, { requiredKeys: [...required] });
}

/** The value with one part of it, itself included, replaced, left out or added to. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 1 });
  if (typeof value !== "object" || value === null) return anything;
  const fields: [string, unknown][] = Object.entries(value);
  const added = fc
    .tuple(fc.constantFrom("constructor", "attempts", "x2", ""), anything)
    .map(([name, part]) => ({ ...value, [name]: part }));
  return fc.oneof(
    { weight: 1, arbitrary: anything },
    { weight: 2, arbitrary: added },
    ...fields.map(([name]) => ({
      weight: 1,
      arbitrary: fc.constant(Object.fromEntries(fields.filter(([key]) => key !== name))),
    })),
    ...fields.map(([name, part]) => ({
      // Most of what can be wrong is inside.
      weight: typeof part === "object" ? 8 : 1,
      arbitrary: damaged(part).map((other) => ({ ...value, [name]: other })),
    })),
  );
}
