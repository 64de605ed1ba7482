import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { refreshTaskTypes } from "../../src/local/task-types.ts";
import { openCopy } from "../mutants/copy.ts";
import { programEnvironment } from "../support/program-environment.ts";

/** With REPLACED=all, as `npm run test:replaced` sets it, every suite runs; otherwise what a minute bears. */
const whole = process.env["REPLACED"] === "all";
const usual = [
  "test/browser/second-task",
  "test/contract/",
  "test/infra/smoke/",
  "test/local/demo/submissions",
  "test/local/docs/",
  "test/local/task-types",
  "test/producer/jobs/api",
  "test/producer/pages/",
  "test/task/",
  "test/tasks/examples",
  "test/telemetry/",
  "test/worker/worker",
];
const limitMs = whole ? 3_600_000 : 300_000;

const shout = `import { z } from "zod";
import { defineTask } from "#task";

export default defineTask({
  title: "Shout",
  description: "Says it loudly.",
  input: z.strictObject({ text: z.string() }),
  timeLimitMs: 1_000,
  run: async ({ text }) => text.toUpperCase(),
});
`;

let root: string;
beforeAll(async () => {
  const copy = await openCopy();
  root = copy.path;
  // Whatever this tree has in its place.
  for (const file of await readdir(join(root, "src/tasks"))) {
    const name = file.replace(/\.ts$/, "");
    await rm(join(root, `test/tasks/${name}.test.ts`), { force: true });
  }
  await rm(join(root, "src/tasks"), { recursive: true });
  await mkdir(join(root, "src/tasks"));
  await writeFile(join(root, "src/tasks/shout.ts"), shout);
  await refreshTaskTypes(pathToFileURL(join(root, "src/tasks/")));
  // It would copy the copy.
  await rm(join(root, "test/tasks/replaced.test.ts"));
  return copy.close;
});

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs a program of the copy's packages there; rejects with its output unless it exits with 0. */
async function run(program: string, ...args: readonly string[]): Promise<void> {
  const command = [join(root, "node_modules", program), ...args];
  const env = { ...programEnvironment, CI: process.env["CI"] ?? "" };
  await promisify(execFile)(process.execPath, command, { cwd: root, env, maxBuffer: 1 << 28 });
}

/** Runs these test files of the copy, or all of them. */
async function runSuites(suites: readonly string[]): Promise<Report["testResults"]> {
  const file = join(root, "report.json");
  const options = [
    "--config=test/vitest.config.ts",
    "--project=!hosts",
    "--reporter=json",
    `--outputFile=${file}`,
    ...(suites.length > 0 ? ["--maxWorkers=2"] : []),
  ];
  const crash = await run("vitest/vitest.mjs", "run", ...options, ...suites).catch(
    (error: unknown) => error,
  );
  const report = await readFile(file, "utf8").catch(() => Promise.reject(crash));
  return JSON.parse(report).testResults;
}

test(
  "the suites of the machinery pass where a stranger's task is the only one",
  async () => {
    const files = await runSuites(whole ? [] : usual);
    const failures = files.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((one) => one.status === "failed");
      const said =
        failed.length > 0
          ? failed.map(
              ({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0] ?? ""}`,
            )
          : [message];
      return status === "failed"
        ? said.map((what) => `${name.slice(root.length + 1)}: ${what}`)
        : [];
    });
    expect(failures).toEqual([]);
    const passing = files.filter(({ assertionResults }) =>
      assertionResults.some(({ status }) => status === "passed"),
    );
    const idle = usual.filter((suite) => !passing.some(({ name }) => name.includes(suite)));
    expect(idle).toEqual([]);
  },
  limitMs,
);

const checks: readonly (readonly [program: string, options: readonly string[]])[] = [
  ["typescript/bin/tsc", []],
  ["oxlint/bin/oxlint", ["--type-aware", "--deny-warnings"]],
  ["knip/bin/knip.js", []],
];

test.each(whole ? checks : [])(
  "%s finds nothing wrong with it",
  async (program, options) => {
    await expect(run(program, ...options)).resolves.toBeUndefined();
  },
  limitMs,
);
