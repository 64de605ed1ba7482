import type { z } from "zod";

/** Of a schema that goes over into another one: what it takes, what it returns, or both. */
export type Side = "input" | "output" | "both";

/** A schema within another one, and the names of the fields that lead to it. */
export interface SchemaPart {
  readonly schema: z.core.$ZodTypes;
  readonly path: readonly string[];
}

/** The schema and everything that it consists of, each once. */
export function listParts(root: z.core.$ZodType, side: Side): SchemaPart[] {
  const found = new Map<z.core.$ZodType, readonly string[]>();
  const visit = (schema: z.core.$ZodType, path: readonly string[]) => {
    if (found.has(schema)) return;
    found.set(schema, path);
    for (const [part, field] of partsOf(schema as z.core.$ZodTypes, side)) {
      visit(part, field === undefined ? path : [...path, field]);
    }
  };
  visit(root, []);
  return [...found].map(([schema, path]) => ({ schema: schema as z.core.$ZodTypes, path }));
}

type Part = readonly [schema: z.core.$ZodType, field?: string];

function partsOf({ _zod: { def } }: z.core.$ZodTypes, side: Side): readonly Part[] {
  switch (def.type) {
    case "object": {
      const fields = Object.entries(def.shape).map(([field, part]) => [part, field] as const);
      return def.catchall === undefined ? fields : [...fields, [def.catchall]];
    }
    case "lazy":
      return [[def.getter()]];
    case "pipe":
      if (side === "both") return [[def.in], [def.out]];
      // `z.preprocess` begins with a function, which takes anything.
      return side === "input" && typeOf(def.in) !== "transform" ? [[def.in]] : [[def.out]];
    default: {
      // Checks are no parts, although some of them are built like schemas.
      const { checks: _, ...rest } = def;
      return Object.values<unknown>(rest)
        .flat()
        .filter(isSchema)
        .map((part) => [part]);
    }
  }
}

/** Such as `string`: what follows the `z.` where it was made. */
export function typeOf({ _zod: { def } }: z.core.$ZodType): z.core.$ZodTypeDef["type"] {
  return def.type;
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === "object" && value !== null && "_zod" in value;
}
