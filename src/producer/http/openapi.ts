import { z } from "zod";
import { requestKinds, unavailability } from "./errors.ts";
import type { Route } from "./route.ts";

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    kind: {
      enum: [...Object.keys(unavailability), ...requestKinds],
      description: `With 503, and with 429: ${requestKinds.join(", ")}.`,
    },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

/** The routes' API as an OpenAPI 3.1 document; `components` are the schemas that they refer to. */
export function createOpenApi(
  routes: readonly Route[],
  components: Readonly<Record<string, z.ZodType>>,
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, operation } of routes) {
    if (operation === undefined) continue;
    const template = path.replace(/:(\w+)/g, "{$1}");
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation };
  }
  const schemas = Object.entries(components).map(([name, schema]) => [
    name,
    withoutDialect(z.toJSONSchema(schema)),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "Tripod task queue", version: "1" },
    paths,
    components: { schemas: { ...Object.fromEntries(schemas), Problem: problemSchema } },
  };
}

/** A schema within a document is of the document's dialect. */
export function withoutDialect(schema: z.core.JSONSchema.BaseSchema): object {
  return { ...schema, $schema: undefined };
}
