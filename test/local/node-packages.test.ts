import { spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { installNodePackages } from "../../src/local/install/node-packages.js";
import { createFakeCommands } from "../support/fake-commands.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const npmCi = "npm ci --ignore-scripts --loglevel=error --include=dev --include=optional";

/** What npm ci leaves behind: a folder for each package of this platform, and its own lockfile last. */
const npmInstalls = `
const { mkdirSync, readFileSync, writeFileSync } = require("fs");
const { packages } = JSON.parse(readFileSync("package-lock.json"));
delete packages[""];
for (const [path, { os }] of Object.entries(packages)) {
  if (os) { delete packages[path]; continue; }
  mkdirSync(path, { recursive: true });
  writeFileSync(path + "/package.json", "{}");
}
mkdirSync("node_modules/.bin", { recursive: true });
writeFileSync("node_modules/.bin/node", "");
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages }));
`;

function createProject(npm = npmInstalls) {
  const folder = createTemporaryFolder();
  const fakes = createFakeCommands();
  fakes.add("npm", npm);
  let progress = "";
  const lock = (version: string) =>
    writeFileSync(
      join(folder, "package-lock.json"),
      JSON.stringify({
        packages: {
          "": {},
          "node_modules/koa": { version },
          "node_modules/only-elsewhere": { version: "1.0.0", optional: true, os: ["plan9"] },
        },
      }),
    );
  lock("3.0.0");
  return {
    folder,
    fakes,
    lock,
    progress: () => progress,
    install: () =>
      installNodePackages(folder, {
        env: { PATH: fakes.path },
        write: (written) => (progress += written),
      }),
  };
}

test("installs npm packages when there are none, in one line of progress", async () => {
  const { fakes, install, progress } = createProject();
  await install();
  expect(fakes.calls()).toEqual([npmCi]);
  expect(progress()).toMatch(/^installing npm packages … \d+ s\n$/);
});

test("has nothing to do when the packages are those of the lockfile", async () => {
  const { folder, fakes } = createProject();
  const { status, stdout } = await runInstall(folder, fakes.path);
  expect([status, stdout]).toEqual([0, expect.stringContaining("installing")]);
  expect(await runInstall(folder, fakes.path)).toEqual({ status: 0, stdout: "" });
  expect(fakes.calls()).toEqual([npmCi]);
});

test("installs again when the lockfile asks for another version", async () => {
  const { folder, fakes, lock } = createProject();
  await runInstall(folder, fakes.path);
  lock("3.0.1");
  await runInstall(folder, fakes.path);
  expect(fakes.calls()).toEqual([npmCi, npmCi]);
});

test("installs again when a package's folder is gone", async () => {
  const { folder, fakes } = createProject();
  await runInstall(folder, fakes.path);
  rmSync(join(folder, "node_modules", "koa"), { recursive: true });
  await runInstall(folder, fakes.path);
  expect(fakes.calls()).toEqual([npmCi, npmCi]);
});

test("installs once when two processes find the packages missing", async () => {
  const { folder, fakes } = createProject(`setTimeout(() => {${npmInstalls}}, 500);`);
  const both = await Promise.all([runInstall(folder, fakes.path), runInstall(folder, fakes.path)]);
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  expect(fakes.calls()).toEqual([npmCi]);
});

test("tells why npm failed", async () => {
  const { install } = createProject(`console.error("no space left"); process.exit(3);`);
  await expect(install()).rejects.toThrow(`"${npmCi}" failed (3)\nno space left`);
});

/** Runs the install as a process of its own, from a copy that takes the folder for its project. */
async function runInstall(folder: string, path: string) {
  const copy = join(folder, "src", "local");
  mkdirSync(copy, { recursive: true });
  cpSync(join(import.meta.dirname, "../../src/local"), copy, { recursive: true });
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  const install = spawn(process.execPath, [join(copy, "install.js")], {
    env: { PATH: path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = new Promise<number | null>((resolve) => install.once("close", resolve));
  return { stdout: await text(install.stdout), status: await closed };
}
