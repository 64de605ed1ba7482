import { z } from "zod";

/** Texts of the formats that schemas ask for. */
const formats = [
  "2026-01-01",
  "2026-01-01T00:00:00Z",
  "12:00:00",
  "P1D",
  "a@example.com",
  "192.0.2.1",
  "https://example.com/",
  "123e4567-e89b-42d3-a456-426614174000",
];
/** What forms and environments send for yes. */
const consents = ["on", "yes", "true"];
const texts = ["", "a", "1", "A, b ", ...consents, ...formats];
const numbers = [0, 1, -1, 1.5];

/** Values of every type that JSON has, and none. */
const anything: readonly unknown[] = [
  ...texts,
  ...numbers,
  null,
  true,
  false,
  [],
  [1],
  ["a"],
  {},
  { a: "a" },
  undefined,
];

/** Deeper ones are of schemas that contain themselves. */
const maxDepth = 8;

/** JSON values that a schema may be asked to take, among them one that is made to fit. */
export function listSamples(schema: z.core.$ZodTypes): unknown[] {
  const made = makeSample(schema, maxDepth);
  return [...typicalOf(schema), ...anything, ...(made === undefined ? [] : [made])];
}

/** A value that fits, of required fields and others; `undefined` if none was found. */
function makeSample(schema: z.core.$ZodTypes, depth: number): unknown {
  const {
    _zod: { def },
  } = schema;
  if (depth === 0) return undefined;
  const make = (part: z.core.$ZodType) => makeSample(part as z.core.$ZodTypes, depth - 1);
  switch (def.type) {
    case "object": {
      const fields = Object.entries(def.shape).map(([name, part]) => [name, make(part)] as const);
      return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
    }
    case "array": {
      const item = make(def.element);
      return item === undefined ? [] : [item];
    }
    case "union":
      return def.options.map(make).find((value) => value !== undefined);
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "readonly":
    case "nonoptional":
    case "catch":
      return make(def.innerType);
    default:
      return [...typicalOf(schema), ...anything].find((value) => takes(schema, value));
  }
}

/** Values that the schema itself speaks of. */
function typicalOf(schema: z.core.$ZodTypes): unknown[] {
  const {
    _zod: { def, bag },
  } = schema;
  const { minimum, maximum } = bag;
  const examples = z.globalRegistry.get(schema)?.["examples"];
  return [
    ...(Array.isArray(examples) ? examples : []),
    ...(def.type === "enum" ? Object.values(def.entries) : []),
    ...(def.type === "literal" ? def.values : []),
    ...[minimum, maximum].flatMap((bound) =>
      typeof bound !== "number" ? [] : [bound, "a".repeat(Math.min(Math.max(bound, 0), 1_000))],
    ),
  ];
}

/** A schema that is broken takes nothing; asking for a value that it breaks at tells why. */
function takes(schema: z.core.$ZodType, value: unknown): boolean {
  try {
    return z.safeParse(schema, value).success;
  } catch {
    return false;
  }
}
