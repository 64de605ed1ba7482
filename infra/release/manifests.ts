export type Manifests = Readonly<Record<"package.json" | "package-lock.json", string>>;

interface Lockfile {
  readonly packages: Readonly<Record<string, { dev?: boolean; devDependencies?: unknown }>>;
}

/** The same manifests without anything of development, whose changes must not replace hosts. */
export function createProductionManifests(manifests: Manifests): Manifests {
  const manifest: Record<string, unknown> = JSON.parse(manifests["package.json"]);
  const { dependencies, optionalDependencies, overrides } = manifest;
  const { packages, ...rest }: Lockfile = JSON.parse(manifests["package-lock.json"]);
  const production = Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .concat([["", { ...packages[""], devDependencies: undefined }]])
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    "package.json": format({ private: true, dependencies, optionalDependencies, overrides }),
    "package-lock.json": format({ ...rest, packages: Object.fromEntries(production) }),
  };
}

function format(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
