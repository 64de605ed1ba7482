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
  failures: "What fails alike.",
  actions: "What operators have done to many jobs at once.",
  queues: "Where jobs wait, and what holds them back.",
  schedules: "What submits jobs by itself.",
  workers: "What runs jobs.",
  audit: "Who did what.",
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

/** Server-sent events of this kind, a component as `describeEvents` makes it. */
export function events(description: string, event: string): Answer {
  const text = {
    type: "string",
    description: "The events as one text, which does not end while there is more to tell.",
    contentMediaType: "text/event-stream",
    contentSchema: { type: "array", items: refer(event) },
  };
  // OpenAPI 3.1 has no word for one of many: some tools take it for the text, others for each event.
  const schema = { anyOf: [text, refer(event)] };
  return { description, content: { "text/event-stream": { schema } } };
}

/** One server-sent event; `data` is the schema of what each kind of it carries as JSON. */
export function describeEvents(data: Readonly<Record<string, object>>): object {
  return {
    description: "A server-sent event.",
    oneOf: Object.entries(data).map(([name, told]) => ({
      type: "object",
      required: ["event", "data"],
      properties: {
        event: { type: "string", const: name },
        id: { type: "string" },
        data: { type: "string", contentMediaType: "application/json", contentSchema: told },
      },
    })),
  };
}
