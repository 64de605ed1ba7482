import { type Schema, Validator } from "@cfworker/json-schema";
import { readBody } from "./client.ts";

/** One method of one path, as an OpenAPI document describes it. */
export interface Operation {
  readonly operationId: string;
  readonly path: string;
  readonly method: string;
  readonly parameters: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Schema } | undefined>>;

export interface Description {
  /** By `operationId`. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** What is wrong with a value by a schema, which may point into the document's components. */
  readonly problemsOf: (schema: Schema, value: unknown) => string[];
  /** What is wrong with an answer by the document. */
  readonly problemsOfAnswer: (operation: Operation, response: Response) => Promise<string[]>;
}

/** Reads the document that a producer serves. */
export async function loadDescription(url: string): Promise<Description> {
  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  const operations = Object.entries<Record<string, object>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  ) as Operation[];

  const problemsOf = (schema: Schema, value: unknown) => {
    const whole = { components: document.components, ...schema };
    return new Validator(whole, "2020-12").validate(value).errors.map(({ error }) => error);
  };
  return {
    operations: new Map(operations.map((operation) => [operation.operationId, operation])),
    problemsOf,
    async problemsOfAnswer({ responses }, response) {
      const described = responses[response.status];
      if (described === undefined) return [`the status ${response.status} is not described`];
      const type = response.headers.get("content-type")?.split(";")[0] ?? "none";
      const content = described.content[type];
      if (content === undefined) return [`the type ${type} is not described`];
      if (type !== "text/event-stream") return problemsOf(content.schema, await response.json());
      const { "x-event-data": data = {} } = content.schema as { "x-event-data"?: Schema };
      return problemsOf(data, await readEvent(response));
    },
  };
}

/** The data of a stream's first event; the stream is left then. */
async function readEvent(response: Response): Promise<unknown> {
  let read = "";
  for await (const chunk of response.body ?? []) {
    read += Buffer.from(chunk).toString();
    const data = /^data: (.*)\n\n/m.exec(read)?.[1];
    if (data !== undefined) return JSON.parse(data);
  }
  throw new Error(`no event in "${read}"`);
}
