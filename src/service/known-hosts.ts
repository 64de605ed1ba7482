import { isIP } from "node:net";

export type HostCheck = (host: string | undefined) => boolean;

/**
 * Returns a function that says whether a request's `Host` is one of ours. A page of another site can
 * make a browser ask for a name of its own that leads here (DNS rebinding), and would then read the
 * answers; addresses, `localhost` and the given names cannot be such a name. `names` are without ports.
 */
export function createHostCheck(names: readonly string[]): HostCheck {
  const known = new Set(names.map(normalizeName));
  const isOurs = (host: string) => {
    const name = normalizeName(/^(\[.*\]|[^:]*)(:\d*)?$/.exec(host)?.[1] ?? "");
    return (
      isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 ||
      /^(.*\.)?localhost$/.test(name) ||
      known.has(name)
    );
  };
  let last: string | undefined;
  return (host) => {
    // Only what is older than HTTP/1.1, and no browser, sends none; most send the same.
    if (host === undefined || host === last) return true;
    const ours = isOurs(host);
    if (ours) last = host;
    return ours;
  };
}

/** A name that ends in the root's dot is the same name. */
function normalizeName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** The names in web addresses and in a list such as `a.example, b.example`. */
export function readHostNames(
  addresses: readonly (string | undefined)[],
  list: string,
): readonly string[] {
  const named = addresses.flatMap((address) =>
    address === undefined ? [] : [new URL(address).hostname],
  );
  return [...named, ...list.split(",").map((name) => name.trim())].filter(Boolean);
}
