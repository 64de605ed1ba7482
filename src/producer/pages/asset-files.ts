import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { isLeftover } from "../../task/task-files.ts";

/** The pages' scripts, styles and images by the names they are served under. */
export type AssetFiles = ReadonlyMap<string, string>;

const folder = new URL("./assets/", import.meta.url);
const plots = {
  script: import.meta.resolve("uplot/dist/uPlot.iife.min.js"),
  style: import.meta.resolve("uplot/dist/uPlot.min.css"),
};

/** Those in `assets/`, and those of packages. */
export const assetFiles: AssetFiles = new Map([
  ...readdirSync(folder)
    .filter((name) => !isLeftover(name))
    .map((name) => [name, read(new URL(name, folder))] as const),
  // Its minified build is a script; this makes a module of it.
  ["uplot.js", `${read(new URL(plots.script))}\nexport default uPlot;\n`],
  ["uplot.css", read(new URL(plots.style))],
]);

/**
 * A name that only these very files have, for a folder to serve them from: in a folder, modules
 * find each other by their own names, so that none of them has to be rewritten.
 */
export function nameSet(files: AssetFiles): string {
  const hash = createHash("sha256");
  for (const [name, text] of files) hash.update(JSON.stringify([name, text]));
  return hash.digest("base64url").slice(0, 12);
}

export const assetSet = nameSet(assetFiles);

/** Where a page finds one of these files. */
export function assetPath(name: string): string {
  return `/assets/${assetSet}/${name}`;
}

function read(url: URL): string {
  return readFileSync(url, "utf8");
}
