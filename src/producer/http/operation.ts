import type { Components } from "./components.ts";

/** Parts of an OpenAPI 3.1 document, as the routes that they describe put them together. */

/** What a route does, for programs. */
export interface Operation {
  readonly operationId: string;
  /** Of which kind it is, as `tags` says. */
  readonly tags: readonly (keyof typeof tags)[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  /** By status. */
  readonly responses: Readonly<Record<number, Answer>>;
  /** The schemas that it refers to, by name; `Problem` is there for all. */
  readonly components: Components;
}

export const tags = {
  jobs: "Work that somebody asked for.",
  queue: "Where jobs wait.",
} as const;

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "header" | "query";
  readonly required?: boolean;
  readonly description: string;
  readonly schema: object;
  readonly example?: unknown;
}

export interface Answer {
  readonly description: string;
  /** By name; those that follow from the status are added to them. */
  readonly headers?: Readonly<Record<string, object>>;
  /** By media type; an answer without a body has none. */
  readonly content?: Readonly<Record<string, object>>;
  readonly links?: Readonly<Record<string, object>>;
}

export function refer(component: string): { $ref: string } {
  return { $ref: `#/components/schemas/${component}` };
}

export function json(
  description: string,
  schema: object,
  more: Pick<Answer, "headers" | "links"> = {},
): Answer {
  return { description, ...more, content: { "application/json": { schema } } };
}

/** An answer that is an RFC 9457 problem. */
export function problem(description: string): Answer {
  return { description, content: { "application/problem+json": { schema: refer("Problem") } } };
}

/** Server-sent events; `data` is the schema of what each kind of event carries as JSON. */
export function events(description: string, data: Readonly<Record<string, object>>): Answer {
  const schema = {
    type: "string",
    description: "Server-sent events: a text that does not end while there is more to tell.",
    contentMediaType: "text/event-stream",
    contentSchema: {
      type: "array",
      items: { oneOf: Object.entries(data).map(([name, told]) => describeEvent(name, told)) },
    },
  };
  return { description, content: { "text/event-stream": { schema } } };
}

function describeEvent(name: string, data: object): object {
  return {
    type: "object",
    required: ["event", "data"],
    properties: {
      event: { type: "string", const: name },
      id: { type: "string" },
      data: { type: "string", contentMediaType: "application/json", contentSchema: data },
    },
  };
}
