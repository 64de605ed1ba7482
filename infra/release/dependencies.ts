import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Architecture } from "../config.ts";
import { listFiles, loadFile } from "./files.ts";
import { type Manifests, createProductionManifests } from "./manifests.ts";
import { runNpm } from "./npm.ts";
import { createTarEntry } from "./tar.ts";

export interface Dependencies {
  /** The beginning of a tar archive: Node.js as `node`, and `node_modules`. */
  readonly tar: string;
  readonly gzip: string;
}

/** What decides an archive's bytes: what an older packer left in the cache is not taken as its own. */
const packer = [
  "./dependencies.ts",
  "./files.ts",
  "./manifests.ts",
  "./tar.ts",
  "tar/package.json",
];

/**
 * Installs and packs the production dependencies that the lockfile pins; once, until one of them
 * or the packer changes.
 */
export async function loadDependencies(
  architecture: Architecture,
  repository: string,
  cache: string,
): Promise<Dependencies> {
  const manifests = createProductionManifests({
    "package.json": await readFile(join(repository, "package.json"), "utf8"),
    "package-lock.json": await readFile(join(repository, "package-lock.json"), "utf8"),
  });
  const programs = packer.map((file) => readFile(new URL(import.meta.resolve(file)), "utf8"));
  const inputs = JSON.stringify([architecture, manifests, await Promise.all(programs)]);
  const key = createHash("sha256").update(inputs).digest("hex").slice(0, 16);
  const name = join(cache, `${architecture}-${key}`);
  const dependencies = { tar: `${name}.tar`, gzip: `${name}.tar.gz` };
  if (await exists(dependencies.gzip)) return dependencies;

  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${name}-`);
  try {
    await install(architecture, manifests, work);
    await pack(architecture, work, join(work, "tar"));
    await pipeline(
      createReadStream(join(work, "tar")),
      createGzip(),
      createWriteStream(join(work, "gzip")),
    );
    await rename(join(work, "tar"), dependencies.tar);
    await rename(join(work, "gzip"), dependencies.gzip);
  } finally {
    await rm(work, { recursive: true });
  }
  return dependencies;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function install(architecture: Architecture, manifests: Manifests, folder: string) {
  for (const [file, text] of Object.entries(manifests)) await writeFile(join(folder, file), text);
  const target = ["--os=linux", `--cpu=${architecture}`, "--libc=glibc"];
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
  await runNpm(["ci", "--ignore-scripts", ...target, ...quiet], folder);
}

async function pack(architecture: Architecture, folder: string, file: string): Promise<void> {
  const node = `node_modules/node-linux-${architecture}/bin/node`;
  const modules = (await listFiles(folder, "node_modules")).filter(
    // npm's own notes and links differ between its versions and are never run.
    (path) =>
      !path.includes("/.bin/") &&
      !path.startsWith("node_modules/node-linux-") &&
      path !== "node_modules/.package-lock.json",
  );
  const archive = await open(file, "w");
  try {
    await archive.write(createTarEntry({ ...(await loadFile(folder, node)), path: "node" }));
    for (const path of modules) await archive.write(createTarEntry(await loadFile(folder, path)));
  } finally {
    await archive.close();
  }
}
