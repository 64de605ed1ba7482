import { type Schema, Validator } from "@cfworker/json-schema";
import { readBody } from "./client.ts";

/** One method of one path, as an OpenAPI document describes it. */
export interface Operation {
  readonly operationId: string;
  readonly path: string;
  readonly method: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Answer {
  readonly headers: Readonly<Record<string, { readonly $ref: string }>>;
  /** An answer without a body has none. */
  readonly content?: Content;
}
interface Header {
  readonly required?: boolean;
  readonly schema: Schema;
}
type Content = Readonly<
  Record<string, { readonly schema: Schema; readonly example?: unknown } | undefined>
>;

export interface Description {
  /** By `operationId`. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** The schema that one stands for which only refers to it. */
  readonly resolve: (schema: Schema) => Schema;
  /** What is wrong with a value by a schema, which may point into the document's components. */
  readonly problemsOf: (schema: Schema, value: unknown) => string[];
  /** What is wrong with an answer by the document. */
  readonly problemsOfAnswer: (operation: Operation, response: Response) => Promise<string[]>;
}

/** What any answer may say whatever was asked: of the connection, the body, and to browsers. */
const general =
  /^(connection|keep-alive|date|transfer-encoding|content-|x-|cross-origin-|referrer-policy|vary)/;

/** Reads the document that a producer serves; who asks at its operators' listener has to say who they are. */
export async function loadDescription(
  url: string,
  login: Readonly<Record<string, string>> = {},
): Promise<Description> {
  const document = await readBody(await fetch(`${url}/api/openapi.json`, { headers: login }));
  const operations = Object.entries<Record<string, object>>(document.paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  ) as Operation[];

  const resolve = ({ $ref = "" }: Schema): Schema =>
    document.components.schemas[$ref.split("/").at(-1) ?? ""];
  const problemsOf = (schema: Schema, value: unknown) => {
    const whole = { components: document.components, ...schema };
    return new Validator(whole, "2020-12").validate(value).errors.map(({ error }) => error);
  };
  const problemsOfHeaders = ({ headers: described }: Answer, headers: Headers) => {
    const found = Object.entries(described).flatMap(([name, { $ref }]) => {
      const header: Header = document.components.headers[$ref.split("/").at(-1) ?? ""];
      const value = headers.get(name);
      if (value === null) return header.required === true ? [`no ${name}`] : [];
      const typed = (header.schema as { type?: string }).type === "integer" ? Number(value) : value;
      return problemsOf(header.schema, typed).map((problem) => `${name}: ${problem}`);
    });
    const known = new Set(Object.keys(described).map((name) => name.toLowerCase()));
    const unknown = [...headers.keys()].filter((name) => !known.has(name) && !general.test(name));
    return [...found, ...unknown.map((name) => `the header ${name} is not described`)];
  };
  return {
    operations: new Map(operations.map((operation) => [operation.operationId, operation])),
    resolve,
    problemsOf,
    async problemsOfAnswer({ responses }, response) {
      const described = responses[response.status];
      if (described === undefined) return [`the status ${response.status} is not described`];
      const type = response.headers.get("content-type")?.split(";")[0] ?? "none";
      const ofHeaders = problemsOfHeaders(described, response.headers);
      if (described.content === undefined && type === "none") return ofHeaders;
      const content = described.content?.[type];
      if (content === undefined) return [`the type ${type} is not described`];
      if (type !== "text/event-stream") {
        return [...ofHeaders, ...problemsOf(content.schema, await response.json())];
      }
      const { event, data } = await readEvent(response);
      const [, ofOne = {}] = content.schema.anyOf ?? [];
      const { oneOf: kinds } = resolve(ofOne) as Partial<EventSchema>;
      const told = kinds?.find(({ properties }) => properties.event.const === event);
      if (told === undefined) return [`the event ${event} is not described`];
      return [...ofHeaders, ...problemsOf(told.properties.data.contentSchema, data)];
    },
  };
}

interface EventSchema {
  readonly oneOf: readonly {
    readonly properties: {
      readonly event: { readonly const: string };
      readonly data: { readonly contentSchema: Schema };
    };
  }[];
}

/** A stream's first event; the stream is left then. */
async function readEvent(response: Response): Promise<{ event: string; data: unknown }> {
  let read = "";
  for await (const chunk of response.body ?? []) {
    read += Buffer.from(chunk).toString();
    const [, event, data] = /^event: (.*)\n(?:id: .*\n)?data: (.*)\n\n/m.exec(read) ?? [];
    if (event !== undefined && data !== undefined) return { event, data: JSON.parse(data) };
  }
  throw new Error(`no event in "${read}"`);
}
