import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import type { Architecture } from "../config.ts";
import { exists, loadDependencies } from "./dependencies.ts";
import { loadSources } from "./sources.ts";
import { createTarEntry, tarEnd } from "./tar.ts";

export interface Release {
  /** SHA-256 of the unpacked archive: compressed bytes differ between versions of zlib. */
  readonly sha: string;
  /** The gzipped tar archive on this machine. */
  readonly file: string;
}

const repository = join(import.meta.dirname, "../..");

/**
 * Builds what a producer or worker host runs: sources, production dependencies and Node.js for the
 * processor architecture. Equal inputs make equal releases; what was built before is taken from
 * the cache folder.
 */
export async function loadRelease(
  architecture: Architecture,
  cache = join(repository, ".tripod"),
): Promise<Release> {
  const dependencies = await loadDependencies(
    architecture,
    repository,
    join(cache, "dependencies"),
  );
  const sources = Buffer.concat([...(await loadSources(repository)).map(createTarEntry), tarEnd]);

  const folder = join(cache, "releases");
  const inputs = createHash("sha256").update(dependencies.tar).update(sources).digest("hex");
  const note = join(folder, `${inputs}.sha`);
  const fileOf = (sha: string) => join(folder, `${sha}.tar.gz`);
  if (await exists(note)) {
    const sha = await readFile(note, "utf8");
    return { sha, file: fileOf(sha) };
  }

  const hash = createHash("sha256");
  await pipeline(createReadStream(dependencies.tar), hash, { end: false });
  const sha = hash.update(sources).digest("hex");
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${sha}.${process.pid}`);
  // Gzip files may be strung together, so only the sources are compressed anew.
  await pipeline(createReadStream(dependencies.gzip), createWriteStream(draft));
  await writeFile(draft, gzipSync(sources), { flag: "a" });
  await rename(draft, fileOf(sha));
  await writeFile(draft, sha);
  await rename(draft, note);
  return { sha, file: fileOf(sha) };
}
