import { readFile, writeFile } from "node:fs/promises";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { fillPlace, table } from "../../src/local/docs/table.ts";
import type { FaultReport } from "./fault.ts";
import { plan } from "./plan.ts";

/**
 * Prints goal and measured value of every fault at the end of the run. Only a document that is given
 * gets the table, too, if all of the plan was met.
 */
export class TableReporter implements Reporter {
  readonly #document: URL | undefined;

  constructor(document: URL | undefined) {
    this.#document = document;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const tests = modules
      .flatMap((module) => [...module.children.allTests()])
      .filter(({ name }) => /^[DF]\d+: /.test(name));
    const reports = tests
      .map(reportOf)
      .toSorted((one, other) => plan.indexOf(one.id) - plan.indexOf(other.id));
    const rows = table(["fault", "what is counted", "goal", "measured"], reports.flatMap(rowsOf));
    process.stdout.write(`\n${rows}`);
    if (this.#document === undefined) return;
    const met = tests.filter((test) => test.result().state === "passed").map(reportOf);
    if (plan.every((id) => met.some((report) => report.id === id)) && met.length === tests.length) {
      const text = await readFile(this.#document, "utf8");
      await writeFile(this.#document, fillPlace(text, "faults", rows));
    } else {
      process.stdout.write("\nnot published: not all of the plan was met\n");
    }
  }
}

function reportOf(test: TestCase): FaultReport {
  const { fault } = test.meta();
  if (fault !== undefined) return fault;
  const [id = "", name = test.name] = test.name.split(/: (.*)/);
  return { id, name, findings: [] };
}

function rowsOf({ id, name, findings }: FaultReport): string[][] {
  const title = `${id} ${name}`;
  if (findings.length === 0) return [[title, "nothing was measured", "", "**missed**"]];
  return findings.map(({ what, goal, measured, met }, index) => [
    index === 0 ? title : "",
    what,
    goal,
    met ? measured : `**${measured}**`,
  ]);
}
