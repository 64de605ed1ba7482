import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "../../..");

interface Component {
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
}

test("the bill of materials has every package of production, with its sum and licence", async () => {
  const run = promisify(execFile)("npm", ["run", "--silent", "sbom"], {
    cwd: repository,
    maxBuffer: 50_000_000,
  });
  const { bomFormat, specVersion, metadata, components, dependencies } = JSON.parse(
    (await run).stdout,
  );
  expect([bomFormat, specVersion, metadata.component.purl, metadata.component.name]).toEqual([
    "CycloneDX",
    expect.stringMatching(/^1\.\d$/),
    "pkg:npm/tripod@0.1.0",
    "tripod",
  ]);

  const lockfile = await readFile(join(repository, "package-lock.json"), "utf8");
  const {
    packages,
  }: { packages: Record<string, { dev?: boolean; name?: string; version: string }> } =
    JSON.parse(lockfile);
  const production = Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(
      ([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, "")}@${version}`,
    );
  const found: Component[] = components;
  const named = found.map(({ purl }) => decodeURIComponent(purl.replace("pkg:npm/", "")));
  expect([...new Set(named)].toSorted()).toEqual([...new Set(production)].toSorted());
  expect(
    found.filter(
      ({ hashes = [], licenses = [] }) =>
        licenses.length === 0 || !hashes.some(({ alg, content }) => alg === "SHA-512" && content),
    ),
  ).toEqual([]);
  expect(dependencies.length).toBeGreaterThan(200);
});
