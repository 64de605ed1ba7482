import { problem } from "./operation.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { Route } from "./route.ts";

const tooMany = "too many requests from here";

/** The routes with what they answer to a client that reads too often; submissions have a limit of their own. */
export function limitReads(routes: readonly Route[], limit: RateLimit): Route[] {
  return routes.map((route) => (route.method === "GET" ? limitRead(route, limit) : route));
}

function limitRead({ handle, operation, ...route }: Route, limit: RateLimit): Route {
  return {
    ...route,
    async handle(ctx) {
      await limit.count(ctx, tooMany);
      await handle(ctx);
    },
    ...(operation !== undefined && {
      operation: {
        ...operation,
        responses: {
          403: problem("A browser asked for it for another site."),
          429: problem("Too many requests of this client; see Retry-After."),
          ...operation.responses,
        },
      },
    }),
  };
}
