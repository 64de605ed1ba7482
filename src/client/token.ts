import type { Fetch } from "./server.ts";

/** What a header can hold of one. */
const tokenPattern = /^[\x21-\x7e]+$/;

/**
 * The token that requests are to carry: the one that is given, or else `TRIPOD_TOKEN` of the process,
 * where there is one; none for `null`. Throws a `TypeError`, without the token, for what can be none.
 */
export function readToken(given: string | null | undefined): string | undefined {
  const token = given === undefined ? readOwnToken() : given;
  if (token === undefined || token === null) return undefined;
  if (tokenPattern.test(token)) return token;
  const problem = token === "" ? "is empty" : "has blanks, or characters that no token has";
  throw new TypeError(`the token ${problem}, expected one like "tripod_0123abcd…"`);
}

/**
 * The same, with the token sent along. Redirects are left to the caller: where they lead, the token
 * may be nobody's business.
 */
export function withToken(fetch: Fetch, token: string | undefined): Fetch {
  if (token === undefined) return fetch;
  return (url, init) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(url, { ...init, headers, redirect: "manual" });
  };
}

/** Browsers have no processes. */
function readOwnToken(): string | undefined {
  const { process } = globalThis as {
    readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
  };
  return process?.env?.["TRIPOD_TOKEN"] || undefined;
}
