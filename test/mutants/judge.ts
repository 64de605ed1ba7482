import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";

/** What became of the test that has to notice: `missing` if it did not even start. */
export type Verdict = "passed" | "failed" | "missing";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/** Longer than the longest test has at its full size. */
const deadlineMs = 600_000;

/** Runs the mutant's test in the tree at `root`. */
export async function judge(root: string, { caughtBy }: Mutant): Promise<Verdict> {
  const report = join(root, "report.json");
  const config = caughtBy.fullSize === true ? "test/faults" : "test";
  const args = [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    `${config}/vitest.config.ts`,
    caughtBy.file,
    "--testNamePattern",
    caughtBy.test.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  await new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, timeout: deadlineMs }, resolve);
  });
  const { testResults }: Report = JSON.parse(await readFile(report, "utf8"));
  const outcomes = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title }) => title.includes(caughtBy.test))
    .map(({ status }) => status);
  if (outcomes.length === 0) return "missing";
  return outcomes.includes("failed") ? "failed" : "passed";
}
