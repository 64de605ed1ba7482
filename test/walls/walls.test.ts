import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { repository } from "../support/pulumi-project.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

/** Importing file, and what it imports across a wall. */
const forbidden: readonly (readonly [file: string, specifier: string])[] = [
  ["src/contract/a.ts", "../queue/keys.ts"],
  ["src/contract/a.ts", "zod"],
  ["src/task/a.ts", "../queue/keys.ts"],
  ["src/task/a.ts", "../service/deadline.ts"],
  ["src/task/a.ts", "../telemetry/log.ts"],
  ["src/tasks/a.ts", "../task/task.ts"],
  ["src/tasks/a.ts", "../telemetry/log.ts"],
  ["src/tasks/a.ts", "../worker/attempts/attempt.ts"],
  ["src/tasks/a.ts", "../producer/http/errors.ts"],
  ["src/tasks/a.ts", "#task/testing"],
  ["src/task/a.ts", "#task/testing"],
  ["src/task/a.ts", "./testing.ts"],
  ["src/worker/a.ts", "#task/testing"],
  ["src/local/a.ts", "#task/testing"],
  ["src/tasks/a.ts", "bullmq"],
  ["src/tasks/a.ts", "@opentelemetry/api"],
  ["src/tasks/a.ts", "./../service/config.ts"],
  ["src/tasks/a.ts", "bullmq/dist/esm/index.js"],
  ["src/contract/a.ts", "./../../infra/config.ts"],
  ["src/queue/a.ts", "#task"],
  ["src/queue/a.ts", "node:process"],
  ["src/producer/jobs/a.ts", "./../../worker/activity.ts"],
  ["src/worker/a.ts", "../producer"],
  ["src/worker/a.ts", "process"],
  ["src/client/a.ts", "../queue/keys.ts"],
  ["src/client/a.ts", "../tasks/tasks.d.ts"],
  ["src/client/a.ts", "../service/lines.ts"],
  ["src/client/a.ts", "../producer/jobs/job-schema.ts"],
  ["src/client/a.ts", "#task"],
  ["src/client/a.ts", "node:process"],
  ["dashboards/a.ts", "./../infra/config.ts"],
  ["infra/a.ts", "./../test/support/until.ts"],
  ["src/queue/a.ts", "../service/deadline.ts"],
  ["src/queue/a.ts", "../telemetry/log.ts"],
  ["src/queue/a.ts", "../producer/http/errors.ts"],
  ["src/service/a.ts", "../queue/keys.ts"],
  ["src/service/a.ts", "../telemetry/log.ts"],
  ["src/telemetry/a.ts", "../queue/keys.ts"],
  ["src/telemetry/a.ts", "../task/task.ts"],
  ["src/producer/a.ts", "../worker/activity.ts"],
  ["src/producer/jobs/a.ts", "../../worker/attempts/attempt.ts"],
  ["src/producer/jobs/a.ts", "../../local/ports.ts"],
  ["src/producer/a.ts", "../../infra/config.ts"],
  ["src/producer/a.ts", "../../dashboards/stack/loki.ts"],
  ["src/producer/a.ts", "../../test/support/until.ts"],
  ["src/worker/a.ts", "../producer/http/errors.ts"],
  ["src/worker/attempts/a.ts", "../../producer/http/errors.ts"],
  ["src/worker/a.ts", "../local/ports.ts"],
  ["src/worker/a.ts", "../../infra/config.ts"],
  ["src/worker/a.ts", "../../dashboards/stack/loki.ts"],
  ["src/worker/a.ts", "../../test/support/until.ts"],
  ["src/local/a.ts", "../../test/support/until.ts"],
  ["infra/a.ts", "../src/service/config.ts"],
  ["infra/boot/a.ts", "../../src/queue/keys.ts"],
  ["infra/release/a.ts", "../../src/task/registry.ts"],
  ["infra/a.ts", "../dashboards/alerts/alerts.ts"],
  ["infra/a.ts", "../test/support/until.ts"],
  ["dashboards/a.ts", "../src/telemetry/spans.ts"],
  ["dashboards/panels/a.ts", "../../src/queue/keys.ts"],
  ["dashboards/stack/a.ts", "../../infra/config.ts"],
  ["dashboards/a.ts", "../test/support/until.ts"],
];

const allowed: typeof forbidden = [
  ["src/contract/a.ts", "./failures.ts"],
  ["src/task/a.ts", "../contract/failures.ts"],
  ["src/tasks/a.ts", "#task"],
  ["src/tasks/a.ts", "./other.ts"],
  ["src/tasks/a.ts", "zod"],
  ["src/queue/a.ts", "../contract/queues.ts"],
  ["src/service/a.ts", "../contract/topology.ts"],
  ["src/telemetry/a.ts", "../service/deadline.ts"],
  ["src/producer/jobs/a.ts", "../../queue/keys.ts"],
  ["src/worker/attempts/a.ts", "../../task/task.ts"],
  ["src/client/a.ts", "../contract/paths.ts"],
  ["src/client/a.ts", "../task/kept-value.ts"],
  ["src/local/a.ts", "../client/client.ts"],
  ["src/local/a.ts", "../../dashboards/alerts/alerts.ts"],
  ["infra/boot/a.ts", "../../src/contract/topology.ts"],
  ["infra/a.ts", "../src/service/environment.ts"],
  ["infra/a.ts", "../src/service/command-line.ts"],
  ["infra/release/a.ts", "../../src/task/task-files.ts"],
  ["dashboards/a.ts", "../src/service/command-line.ts"],
  ["infra/a.ts", "../dashboards/stack/loki.ts"],
  ["dashboards/panels/a.ts", "../../src/contract/metrics.ts"],
  ["test/tasks/a.ts", "#task/testing"],
  ["test/a.ts", "../src/worker/activity.ts"],
];

/** Lints one file for each import, by this project's rules, and tells which imports were refused. */
async function refusedOf(imports: typeof forbidden): Promise<string[]> {
  const root = createTemporaryFolder();
  cpSync(join(repository, ".oxlintrc.json"), join(root, ".oxlintrc.json"));
  for (const [index, [file, specifier]] of imports.entries()) {
    const path = join(root, dirname(file), `import-${index}.ts`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `export * as something from "${specifier}";\n`);
  }
  const oxlint = join(repository, "node_modules/.bin/oxlint");
  const run = promisify(execFile)(process.execPath, [oxlint, "--format=json"], { cwd: root });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  const report: { diagnostics: { code: string; filename: string }[]; number_of_files: number } =
    JSON.parse(stdout);
  expect(report.number_of_files).toBe(imports.length);
  return report.diagnostics
    .filter(({ code }) => code.includes("no-restricted-imports"))
    .map(({ filename }) => {
      const [file, specifier] = imports[Number(/import-(\d+)\.ts$/.exec(filename)?.[1])] ?? [];
      return `${file} imports ${specifier}`;
    });
}

test("every import across a wall between rooms is refused by the linter", async () => {
  const expected = forbidden.map(([file, specifier]) => `${file} imports ${specifier}`);
  expect(new Set(await refusedOf(forbidden))).toEqual(new Set(expected));
});

test("rooms may import what the plan lets them", async () => {
  expect(await refusedOf(allowed)).toEqual([]);
});
