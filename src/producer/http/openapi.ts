import { requestKinds, unavailability } from "./errors.ts";
import { type Operation, problem, tags } from "./operation.ts";
import { headersOfStatus, responseHeaders } from "./response-headers.ts";
import type { Route } from "./route.ts";

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

const token = {
  type: "http",
  scheme: "bearer",
  description: "A token that `npm run user -- token NAME --role ROLE` has made for the program.",
};

/** The routes' API as an OpenAPI 3.1 document. */
export function createOpenApi(
  routes: readonly Route[],
  { needsToken }: { readonly needsToken: boolean },
): object {
  const paths: Record<string, Record<string, object>> = {};
  const schemas: Record<string, object> = {};
  for (const { method, path, operation } of routes) {
    if (operation === undefined) continue;
    const { components, ...described } = operation;
    Object.assign(schemas, components);
    const template = path.replace(/:(\w+)/g, "{$1}");
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: { ...described, responses: withHeaders(described.responses) },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tripod task queue",
      version: "1",
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    // Wherever a proxy has put it, this document is on the same server.
    servers: [{ url: "/", description: "Where this document was read." }],
    security: needsToken ? [{ token: [] }] : [{}, { token: [] }],
    tags: Object.entries(tags).map(([name, meaning]) => ({ name, description: meaning })),
    paths,
    components: {
      schemas: { ...schemas, Problem: problemSchema },
      headers: responseHeaders,
      securitySchemes: { token },
    },
  };
}

function withHeaders(responses: Operation["responses"]): object {
  const all = { ...anyResponses, ...responses };
  const described = Object.entries(all).map(([status, { headers, ...answer }]) => [
    status,
    { ...answer, headers: { ...headersOfStatus(Number(status)), ...headers } },
  ]);
  return Object.fromEntries(described);
}
