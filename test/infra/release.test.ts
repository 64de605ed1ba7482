import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { createProductionManifests } from "../../infra/manifests.ts";
import { type Release, loadRelease } from "../../infra/release.ts";
import { createTarEntry } from "../../infra/tar.ts";
import { loadBuiltRelease } from "../support/built-release.ts";

const exec = promisify(execFile);

let release: Release;
let paths: string[];
beforeAll(async () => {
  release = await loadBuiltRelease("arm64");
  const { stdout } = await exec("tar", ["-tzf", release.file], { maxBuffer: 1 << 26 });
  paths = stdout.trim().split("\n");
}, 180_000);

test("the same inputs make the same release on another day, in another folder", async () => {
  // The hosts' own, which are booted with it when all else is tested.
  const own = await loadBuiltRelease("x64");
  const cache = await mkdtemp(join(tmpdir(), "tripod-release-"));
  onTestFinished(() => rm(cache, { recursive: true }));
  const again = await loadRelease("x64", cache);
  expect(again.file).not.toBe(own.file);
  expect(again.sha).toBe(own.sha);
}, 180_000);

test("its name is the checksum that a host computes from what it unpacked", async () => {
  const hash = createHash("sha256");
  await pipeline(createReadStream(release.file), createGunzip(), hash);
  expect(hash.digest("hex")).toBe(release.sha);
});

test("it has the sources without the launcher, and Node.js for the host's processor", async () => {
  const own = paths.filter((path) => !path.startsWith("node_modules/"));
  expect(own.slice(0, 2)).toEqual(["node", "package.json"]);
  expect(own).toEqual(
    expect.arrayContaining(["src/producer/main.ts", "src/worker/main.ts", "src/tasks/divide.ts"]),
  );
  expect(own.filter((path) => path.startsWith("src/local/"))).toEqual([]);
  const { stdout } = await exec("tar", ["-xzOf", release.file, "node"], {
    encoding: "buffer",
    maxBuffer: 1 << 28,
  });
  // An ELF file for machine 183, AArch64.
  expect([stdout.subarray(1, 4).toString(), stdout.readUInt16LE(18)]).toEqual(["ELF", 183]);
});

test("it has what the services import, and nothing of development", () => {
  const names = paths.map((path) => /^node_modules\/((@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  const packages = new Set(names.filter((name) => name !== undefined));
  expect(packages.size).toBeGreaterThan(50);
  for (const name of ["bullmq", "ioredis", "koa", "@bull-board/koa", "zod", "pino"]) {
    expect([name, packages.has(name)]).toEqual([name, true]);
  }
  for (const name of ["@pulumi/pulumi", "@pulumi/aws", "typescript", "vitest", "tsx", "oxlint"]) {
    expect([name, packages.has(name)]).toEqual([name, false]);
  }
  expect([...packages].filter((name) => /linux-x64|darwin|win32/.test(name))).toEqual([]);
});

function createManifests(toolVersion: string) {
  const root = { dependencies: { a: "1.0.0" }, devDependencies: { b: toolVersion } };
  return {
    "package.json": JSON.stringify(root),
    "package-lock.json": JSON.stringify({
      lockfileVersion: 3,
      packages: {
        "": root,
        "node_modules/a": { version: "1.0.0" },
        "node_modules/b": { version: toolVersion, dev: true },
      },
    }),
  };
}

test("another version of a development tool leaves a release's manifests as they were", () => {
  const production = createProductionManifests(createManifests("1.0.0"));
  expect(production).toEqual(createProductionManifests(createManifests("2.0.0")));
  expect(Object.keys(JSON.parse(production["package-lock.json"]).packages)).toEqual([
    "",
    "node_modules/a",
  ]);
});

test("a path that the archive's format cannot name is refused", () => {
  const file = { path: "a".repeat(101), executable: false, content: Buffer.alloc(0) };
  expect(() => createTarEntry(file)).toThrow("is too long for a ustar archive");
});
