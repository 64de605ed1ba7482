/** SPDX ids of licences that ask for no more than to be named. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
]);

export interface Lockfile {
  readonly packages: Readonly<
    Record<string, { version?: string; license?: string; dev?: boolean }>
  >;
}

/** Packages of production, as `path version: licence`, whose licence is not one of the allowed ones. */
export function findForbiddenLicences({ packages }: Lockfile): string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .filter(([, { license }]) => license === undefined || !isAllowed(license))
    .map(([path, { version, license }]) => `${path} ${version}: ${license ?? "no licence"}`);
}

/** Of a choice one must be allowed, of a combination all; what is nested deeper is not understood. */
function isAllowed(expression: string): boolean {
  const [, inner] = /^\(([^()]*)\)$/.exec(expression) ?? [];
  const plain = inner ?? expression;
  if (plain.includes(" OR ") && plain.includes(" AND ")) return false;
  if (plain.includes(" OR ")) return plain.split(" OR ").some((id) => allowed.has(id));
  return plain.split(" AND ").every((id) => allowed.has(id));
}
