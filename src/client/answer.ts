import { type FieldError, RefusedError } from "./errors.ts";

/** Statuses after which the same request may be answered: those of our server, and those of proxies. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export function isPassing(status: number): boolean {
  return passing.has(status);
}

/** What an answer that is no success says; where it is no problem of ours, a proxy's for instance, little. */
export function readRefusal(response: Response, text: string, key?: string): RefusedError {
  const { status, headers } = response;
  const type = mediaTypeOf(response);
  const problem = type === "application/problem+json" ? parseObject(text) : undefined;
  return new RefusedError(
    {
      status,
      kind: textOf(problem?.["kind"]),
      detail: textOf(problem?.["detail"]) ?? describe(response, type),
      errors: Array.isArray(problem?.["errors"]) ? problem["errors"].filter(isFieldError) : [],
      retryAfterMs: readRetryAfter(headers.get("retry-after")),
    },
    key,
  );
}

/** Without its parameters; empty where none was told. */
export function mediaTypeOf({ headers }: Response): string {
  return (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** `undefined` for what is no JSON, or none of an object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds from now on; it is told in seconds or, by some proxies, as a date. */
function readRetryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function describe(response: Response, type: string): string {
  const { url, redirected } = response;
  if (isRedirect(response)) {
    const place = response.headers.get("location");
    const to = place === null ? "" : ` to "${place}"`;
    return `a redirect${to}, which the token is not sent to; expected the address of the API itself`;
  }
  const what = type === "" ? "an answer without a type" : `an answer of type "${type}"`;
  return `${what}${redirected ? ` from "${url}", to which it was redirected` : ""}, expected JSON of the API`;
}

/** Of those that were not followed; browsers tell nothing else of one. */
function isRedirect({ type, status, headers }: Response): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400 && headers.has("location"));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" &&
    value !== null &&
    "pointer" in value &&
    typeof value.pointer === "string" &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}
