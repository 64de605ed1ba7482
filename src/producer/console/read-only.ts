import { RequestError } from "../http/errors.ts";

/** Throws a 403 `RequestError` where operators may not change anything. */
export function refuseReadOnly(readOnly: boolean): void {
  if (!readOnly) return;
  throw new RequestError(403, "operators can only look here: BOARD_READ_ONLY is true");
}
