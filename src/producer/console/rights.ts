import type { Middleware } from "koa";
import { RequestError } from "../http/errors.ts";
import type { ConsoleState } from "./login.ts";
import { refuseReadOnly } from "./read-only.ts";

const looks = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Has viewers look and operators act, on whatever is behind it: all but GET, HEAD and OPTIONS acts.
 * Where operators can only look, nobody acts.
 */
export function requireRights({
  readOnly,
}: {
  readonly readOnly: boolean;
}): Middleware<ConsoleState> {
  return async function judge({ method, state: { operator } }, next) {
    if (!looks.has(method)) {
      if (operator.role !== "operator") {
        throw new RequestError(
          403,
          `"${operator.name}" is a viewer, expected an operator for that`,
        );
      }
      refuseReadOnly(readOnly);
    }
    await next();
  };
}
