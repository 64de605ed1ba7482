/** Parts of an OpenAPI 3.1 document, as the routes that they describe put them together. */

/** What a route does, for programs. `Job`, `Problem` and others stand under `components`. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<number, object>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "header" | "query";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: object;
}

export function refer(component: string): { $ref: string } {
  return { $ref: `#/components/schemas/${component}` };
}

export function json(description: string, schema: object): object {
  return { description, content: { "application/json": { schema } } };
}

/** An answer that is an RFC 9457 problem. */
export function problem(description: string): object {
  return { description, content: { "application/problem+json": { schema: refer("Problem") } } };
}

/** Server-sent events: a schema of theirs has no standard place in OpenAPI 3.1. */
export function events(description: string, data: object): object {
  return {
    description,
    content: { "text/event-stream": { schema: { type: "string", "x-event-data": data } } },
  };
}
