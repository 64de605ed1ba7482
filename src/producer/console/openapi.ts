import { paths } from "../../contract/paths.ts";
import { createConstantBody } from "../http/constant-body.ts";
import { composeOpenApi, tokenScheme } from "../http/openapi.ts";
import { type Operation, problem } from "../http/operation.ts";
import { referHeaders, responseHeaders } from "../http/response-headers.ts";
import { type ConsoleRoute, listApi } from "./route.ts";

const description = `What operators see and do, for programs: find jobs, act on them, one by one or on all that match,
pause queues, run schedules, drain workers, and read who did what.

A program sends a token of the role \`view\` or \`operate\` as \`Authorization: Bearer …\`, or a user's name and
password by basic authentication. All but GET needs an operator, and BOARD_READ_ONLY=false. What cannot be served is
told as a problem (RFC 9457). Who asked for what is noted before it is done, with the \`reason\` that was given. Of a
job's links, \`self\` leads to the same path here; \`events\` and \`page\` are on the public listener, which has a
document of its own for those who submit.`;

/** What any operation may answer. */
const anyResponses: Operation["responses"] = {
  401: problem("A login is needed, or what was sent is not known, or no longer."),
  403: problem(
    "The token may submit alone; it is for an operator, or for nobody while BOARD_READ_ONLY is true; or a browser sent it for another site.",
  ),
  429: problem("Too many wrong passwords or tokens from this address; see Retry-After."),
  500: problem("Something went wrong here, which is logged. It may do so again."),
  503: problem("Redis, or the index of jobs, cannot be asked now; see Retry-After."),
};

const { traceparent: _, Location: __, ...shared } = responseHeaders;
const headers = {
  ...shared,
  "WWW-Authenticate": {
    ...responseHeaders["WWW-Authenticate"],
    schema: { type: "string", pattern: "^(Basic|Bearer|Session) " },
  },
};

function headersOfStatus(status: number): Record<string, object> {
  return referHeaders(
    "Cache-Control",
    ...(status === 401 ? (["WWW-Authenticate"] as const) : []),
    ...(status === 429 || status === 503 ? (["Retry-After"] as const) : []),
    ...(status === 415 ? (["Accept", "Accept-Encoding"] as const) : []),
  );
}

/** Tells programs, as an OpenAPI 3.1 document, what of these routes is for them. */
export function createDescription(routes: readonly ConsoleRoute[]): ConsoleRoute {
  const document = composeOpenApi(listApi(routes), {
    title: "Tripod task queue, for operators",
    description,
    anyResponses,
    headers,
    headersOfStatus,
    security: [{ token: [] }, { password: [] }],
    securitySchemes: {
      token: tokenScheme,
      password: {
        type: "http",
        scheme: "basic",
        description: "The administrator's name and password, or those of a user of the console.",
      },
    },
  });
  const body = createConstantBody("json", JSON.stringify(document));
  return {
    method: "GET",
    paths: [paths.openapi],
    async handle(ctx) {
      ctx.set("Cache-Control", "no-cache");
      await body.send(ctx);
    },
  };
}
