/** What the API's answers say in headers, by name, as an OpenAPI document describes it. */
export const responseHeaders = {
  Location: {
    description: "Where the job is read: its `links.self`.",
    required: true,
    schema: { type: "string", format: "uri-reference" },
  },
  "Idempotency-Replayed": {
    description:
      "There if this is the job of an earlier request: the Idempotency-Key was known, or the task allows one unfinished job for such an input, and this is it.",
    schema: { type: "string", const: "true" },
  },
  "WWW-Authenticate": {
    description: "Which kind of credentials is expected, and whether those that came were wrong.",
    required: true,
    schema: { type: "string", pattern: "^Bearer " },
  },
  "Retry-After": {
    description: "Seconds after which to try again.",
    required: true,
    schema: { type: "integer", minimum: 1 },
  },
  Accept: {
    description: "The type that would be taken, or several, if that is what was wrong.",
    schema: {
      type: "string",
      enum: ["application/json", "application/x-ndjson, application/json"],
    },
  },
  "Accept-Encoding": {
    description:
      "The content coding that would be taken, which is none, if that is what was wrong.",
    schema: { type: "string", const: "identity" },
  },
  "Cache-Control": {
    description: "No cache may keep what is true for a moment.",
    required: true,
    schema: { type: "string", const: "no-store" },
  },
  traceparent: {
    description: "The request's place in its trace (W3C Trace Context), if it is traced.",
    schema: { type: "string", pattern: "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$" },
  },
} as const;
type ResponseHeader = keyof typeof responseHeaders;

/** Those of an answer, as what stands under the document's components. */
export function referHeaders(...names: readonly ResponseHeader[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Those that an answer has for its status, whatever was asked. */
export function headersOfStatus(status: number): Record<string, object> {
  return referHeaders(
    "traceparent",
    ...(status === 202 ? [] : (["Cache-Control"] as const)),
    ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
    ...(status === 429 || status === 503 ? (["Retry-After"] as const) : []),
    ...(status === 415 ? (["Accept", "Accept-Encoding"] as const) : []),
  );
}
