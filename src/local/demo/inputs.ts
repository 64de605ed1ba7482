import { z } from "zod";

export type Input = Readonly<Record<string, unknown>>;
export type Schema = Readonly<Record<string, unknown>>;

/** The parts of a JSON Schema that a value is made from; whatever else it says is checked at the end. */
const node = z.object({
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).default([]),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).default([]),
  anyOf: z.array(z.unknown()).default([]),
  oneOf: z.array(z.unknown()).default([]),
  type: z.unknown().optional(),
  format: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  minItems: z.number().default(0),
  minLength: z.number().default(0),
  maxLength: z.number().default(Infinity),
  minimum: z.number().default(-Infinity),
  maximum: z.number().default(Infinity),
});

const formats: Readonly<Record<string, string>> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  email: "demo@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  uri: "https://example.com/",
  uuid: "123e4567-e89b-42d3-a456-426614174000",
};

/** What numbers of an input are multiplied with in turn. */
const factors = [1, 4, 8, 40, 2, 15];

/** An input that fits the schema, of required fields alone; `undefined` if none could be found. */
export function createInput(schema: Schema): Input | undefined {
  const made = z.record(z.string(), z.unknown()).safeParse(createValue(schema)).data;
  return made !== undefined && createCheck(schema)(made) ? made : undefined;
}

/** The input with other numbers, as far as the schema takes them; as it is in round 0. */
export function vary(input: Input, schema: Schema, round: number): Input {
  if (round === 0) return input;
  const fits = createCheck(schema);
  return Object.entries(input).reduce((varied, [name, value], index) => {
    if (typeof value !== "number") return varied;
    const factor = factors[(round + index) % factors.length] ?? 1;
    const other = { ...varied, [name]: value * factor };
    return fits(other) ? other : varied;
  }, input);
}

/** A schema that cannot be read takes nothing. */
function createCheck(schema: Schema): (input: Input) => boolean {
  try {
    const parsed = z.fromJSONSchema(schema);
    return (input) => parsed.safeParse(input).success;
  } catch {
    return () => false;
  }
}

function createValue(schema: unknown): unknown {
  const spec = node.parse(schema);
  const given = [spec.default, ...spec.examples, spec.const, ...spec.enum];
  const known = given.find((value) => value !== undefined);
  if (known !== undefined) return known;
  const [choice] = [...spec.anyOf, ...spec.oneOf];
  if (choice !== undefined) return createValue(choice);
  switch (spec.type) {
    case "object":
      return Object.fromEntries(
        spec.required.map((name) => [name, createValue(spec.properties[name] ?? {})]),
      );
    case "array":
      return Array.from({ length: spec.minItems }, () => createValue(spec.items ?? {}));
    case "string":
      return (
        formats[spec.format ?? ""] ?? "demo".padEnd(spec.minLength, "o").slice(0, spec.maxLength)
      );
    case "number":
    case "integer":
      return Math.min(Math.max(1, Math.ceil(spec.minimum)), spec.maximum);
    case "boolean":
      return true;
    default:
      return null;
  }
}
