import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { runNpm } from "../../../infra/release/npm.ts";
import { createFakeCommands } from "../../support/fake-commands.ts";
import { repository } from "../../support/pulumi-project.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

afterEach(() => vi.unstubAllEnvs());

test("releases are made by the pinned npm, whatever npm the machine has", async () => {
  const fakes = createFakeCommands();
  fakes.add("npm");
  vi.stubEnv("PATH", fakes.path);
  const manifest = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
  expect(await runNpm(["--version"], createTemporaryFolder())).toBe(
    `${manifest.devDependencies.npm}\n`,
  );
  expect(fakes.calls()).toEqual([]);
});

test("npm works in the folder it is given, even where another npm runs the program", async () => {
  const folder = createTemporaryFolder();
  await writeFile(join(folder, "package.json"), "{}");
  vi.stubEnv("npm_config_local_prefix", repository);
  expect(await runNpm(["prefix"], folder)).toBe(`${folder}\n`);
});

test("what npm complains of is in the error", async () => {
  const run = runNpm(["ci"], createTemporaryFolder());
  await expect(run).rejects.toThrow("can only install with an existing package-lock.json");
});
