import { readFile, writeFile } from "node:fs/promises";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { fillPlace, table } from "../../src/readme/table.ts";
import type { FaultReport } from "./fault.ts";

const readme = new URL("../../README.md", import.meta.url);

/** Prints goal and measured value of every fault at the end of the run, and puts them in the README if all are met. */
export class TableReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const reports = tests.map(reportOf).toSorted((one, other) => numberOf(one) - numberOf(other));
    const rows = table(["fault", "what is counted", "goal", "measured"], reports.flatMap(rowsOf));
    process.stdout.write(`\n${rows}`);
    if (tests.every((test) => test.ok())) {
      await writeFile(readme, fillPlace(await readFile(readme, "utf8"), "faults", rows));
    }
  }
}

function reportOf(test: TestCase): FaultReport {
  return test.meta().fault ?? { id: "", name: test.name, findings: [] };
}

function numberOf({ id }: FaultReport): number {
  return Number(id.slice(1));
}

function rowsOf({ id, name, findings }: FaultReport): string[][] {
  const title = `${id} ${name}`;
  if (findings.length === 0)
    return [[title, "ended before anything was measured", "", "**missed**"]];
  return findings.map(({ what, goal, measured, met }, index) => [
    index === 0 ? title : "",
    what,
    goal,
    met ? measured : `**${measured}**`,
  ]);
}
