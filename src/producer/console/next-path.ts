import { consolePaths } from "../../contract/paths.ts";

/** A host that nobody can have. */
const here = "http://console.invalid";

/** Where to go after signing in: a place of this listener, and its home for anything else. */
export function readNextPath(next: string | undefined): string {
  if (next === undefined || !next.startsWith("/")) return consolePaths.home;
  // As a browser reads it, to which "/\host" and "/<tab>/host" are other hosts.
  const url = URL.parse(next, here);
  const isElsewhere = url === null || url.origin !== here || url.pathname.startsWith("//");
  if (isElsewhere || url.pathname === consolePaths.signIn) return consolePaths.home;
  return `${url.pathname}${url.search}`;
}
