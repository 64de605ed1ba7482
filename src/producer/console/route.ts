import Router, { type RouterContext } from "@koa/router";
import { isOfApi } from "../http/error-responses.ts";
import type { DescribedRoute } from "../http/openapi.ts";
import type { Operation } from "../http/operation.ts";
import type { ConsoleState } from "./login.ts";

export type ConsoleContext = RouterContext<ConsoleState>;

/** What the operators' listener answers behind its login, for people and for programs. */
export interface ConsoleRoute {
  readonly method: "GET" | "POST";
  /** Where it is, as the router takes it: a page's path, the one for programs below `/api/`, or both. */
  readonly paths: readonly string[];
  readonly handle: (ctx: ConsoleContext) => Promise<void> | void;
  /** What the OpenAPI document says of the path for programs. */
  readonly operation?: Operation;
}

/** Routes where the operators' listener serves them. */
export function createConsoleRouter(routes: readonly ConsoleRoute[]): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  for (const { method, paths, handle } of routes) {
    for (const path of paths) router.register(path, [method], handle);
  }
  return router;
}

/** What of the routes is for programs. */
export function listApi(routes: readonly ConsoleRoute[]): DescribedRoute[] {
  return routes.flatMap(({ method, paths, operation }) =>
    paths.filter(isOfApi).map((path) => ({ method, path, operation })),
  );
}
