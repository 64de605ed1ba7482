import { requestKinds, unavailability } from "./errors.ts";
import { type Operation, problem, tags } from "./operation.ts";
import { headersOfStatus, responseHeaders } from "./response-headers.ts";

const description = `Jobs of a self-hosted queue: submit one, read how it stands, or watch it until it has ended.

A program sends the token that it was given as \`Authorization: Bearer …\`; where the server asks for none, one
without it is told from others by its address. A job's id is a secret, for whoever is told it may read the job.
What cannot be served is told as a problem (RFC 9457), which
programs tell apart by \`status\` and \`kind\`. Anything that can be read with GET can be asked with HEAD. What is
not told of here is answered 404, 405 or 501. What is no proper HTTP, is sent under a name that is not ours,
comes too slowly or comes while too much else is unanswered is answered in plain text: 400, 408, 413, 417, 421,
429, 431 or 501.`;

/** What any operation may answer. */
const anyResponses: Operation["responses"] = {
  412: problem("If-Match asks for another version than there is; without an ETag, * alone fits."),
  500: problem("Something went wrong here, which is logged. It may do so again."),
};

const problemSchema = {
  type: "object",
  description: "Why something was not done (RFC 9457).",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string", const: "about:blank" },
    title: { type: "string", description: "What the status is called." },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What was wrong, for people." },
    kind: {
      type: "string",
      enum: [...Object.keys(unavailability), ...requestKinds],
      description: `With 503, and with 429: ${requestKinds.join(", ")}.`,
    },
    errors: {
      type: "array",
      description: "What is wrong with which part of the body.",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: { type: "string", description: "A JSON pointer (RFC 6901)." },
          detail: { type: "string" },
        },
      },
    },
  },
};

/** How a program shows who it is by a token. */
export const tokenScheme = {
  type: "http",
  scheme: "bearer",
  description: "A token that `npm run user -- token NAME --role ROLE` has made for the program.",
};

/** A place of an API, and what is said of it. */
export interface DescribedRoute {
  readonly method: string;
  /** As a router takes it. */
  readonly path: string;
  /** What has none is not told of. */
  readonly operation?: Operation | undefined;
}

/** What an API says of itself as a whole. */
export interface ApiWords {
  readonly title: string;
  readonly description: string;
  /** What any operation may answer, by status. */
  readonly anyResponses: Operation["responses"];
  /** What stands among the components, by name. */
  readonly headers: Readonly<Record<string, object>>;
  /** Those of an answer, for its status. */
  readonly headersOfStatus: (status: number) => Record<string, object>;
  readonly security: readonly object[];
  readonly securitySchemes: Readonly<Record<string, object>>;
}

/** The public routes' API as an OpenAPI 3.1 document. */
export function createOpenApi(
  routes: readonly DescribedRoute[],
  { needsToken }: { readonly needsToken: boolean },
): object {
  return composeOpenApi(routes, {
    title: "Tripod task queue",
    description,
    anyResponses,
    headers: responseHeaders,
    headersOfStatus,
    security: needsToken ? [{ token: [] }] : [{}, { token: [] }],
    securitySchemes: { token: tokenScheme },
  });
}

/** Routes as an OpenAPI 3.1 document that says this of itself. */
export function composeOpenApi(routes: readonly DescribedRoute[], words: ApiWords): object {
  const paths: Record<string, Record<string, object>> = {};
  const schemas: Record<string, object> = {};
  const used = new Set<string>();
  for (const { method, path, operation } of routes) {
    if (operation === undefined) continue;
    const { components, ...described } = operation;
    Object.assign(schemas, components);
    for (const tag of described.tags) used.add(tag);
    const template = path.replace(/:(\w+)/g, "{$1}");
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: { ...described, responses: withHeaders(described.responses, words) },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: words.title,
      version: "1",
      description: words.description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    // Wherever a proxy has put it, this document is on the same server.
    servers: [{ url: "/", description: "Where this document was read." }],
    security: words.security,
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name))
      .map(([name, meaning]) => ({ name, description: meaning })),
    paths,
    components: {
      schemas: { ...schemas, Problem: problemSchema },
      headers: words.headers,
      securitySchemes: words.securitySchemes,
    },
  };
}

function withHeaders(
  responses: Operation["responses"],
  { anyResponses: ofAny, headersOfStatus: headersOf }: ApiWords,
): object {
  const all = { ...ofAny, ...responses };
  const described = Object.entries(all).map(([status, { headers, ...answer }]) => [
    status,
    { ...answer, headers: { ...headersOf(Number(status)), ...headers } },
  ]);
  return Object.fromEntries(described);
}
