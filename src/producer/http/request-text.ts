import type { ParameterizedContext } from "koa";
import { RequestError } from "./errors.ts";

/** Throws a 415 `RequestError` for a body that is compressed, or in another charset than UTF-8; `type` is what would be taken. */
export function assertPlainText(ctx: ParameterizedContext, type: string): void {
  const { charset } = ctx.request;
  if (charset !== "" && charset.toLowerCase() !== "utf-8") {
    throw refuseType(`the body must be UTF-8, got the charset "${charset}"`, type);
  }
  const coding = ctx.get("content-encoding");
  if (coding !== "" && coding.toLowerCase() !== "identity") {
    throw new RequestError(415, `the body must not be compressed, got "${coding}"`, {
      headers: { "Accept-Encoding": "identity" },
    });
  }
}

/** RFC 9110 has an answer name what would be taken: a type here, and a coding in `Accept-Encoding`. */
export function refuseType(message: string, accepted: string): RequestError {
  return new RequestError(415, message, { headers: { Accept: accepted } });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Throws a 400 `RequestError` for what is no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RequestError(400, "the body is not well-formed UTF-8");
  }
}
