import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repository } from "../support/pulumi-project.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

// A compiler that starts anew has all types to read: where much else runs, that takes a minute.
test("needs nothing that a browser, or Node.js 20, does not have", async () => {
  const project = join(createTemporaryFolder(), "tsconfig.json");
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(repository, "tsconfig.json"),
      // Node.js 20 has all of ES2023, and nothing of ES2024 that is used without being noticed.
      compilerOptions: { lib: ["es2023", "dom", "dom.iterable"], target: "es2023", types: [] },
      // Instead of all that the project's own has.
      include: [],
      files: [join(repository, "src/client/client.ts")],
    }),
  );
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const told = promisify(execFile)(process.execPath, [compiler, "-p", project]).catch(
    (failed: { stdout: string }) => failed,
  );
  expect((await told).stdout).toBe("");
});
