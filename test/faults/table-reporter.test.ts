import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import type { TestCase, TestModule } from "vitest/node";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { plan } from "./plan.ts";
import { TableReporter } from "./table-reporter.ts";

const before = "<!-- faults -->\nas it was\n<!-- /faults -->\n";

test("prints the table and leaves the document alone unless it is asked to publish", async () => {
  const { text, output } = await report({ publish: false });
  expect(text).toBe(before);
  expect(output).toContain(`| ${plan.at(-2)} is broken | lost | 0 | 0 |\n| D1 is broken |`);
});

test("publishes a run in which all of the plan was met", async () => {
  const { text } = await report({ publish: true });
  expect(text).toContain("| F1 is broken | lost | 0 | 0 |\n| F2 is broken | lost | 0 | 0 |\n");
  expect(text).not.toContain("as it was");
});

test("publishes no run in which a fault was missed or left out", async () => {
  for (const run of [{ failing: "F7" }, { without: "F7" }]) {
    const { text, output } = await report({ publish: true, ...run });
    expect(text).toBe(before);
    expect(output).toContain("not published: not all of the plan was met");
  }
});

interface Run {
  readonly publish: boolean;
  readonly failing?: string;
  readonly without?: string;
}

async function report({ publish, failing, without }: Run) {
  const document = join(createTemporaryFolder(), "README.md");
  writeFileSync(document, before);
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  onTestFinished(() => print.mockRestore());
  // Faults end in any order.
  const tests = plan
    .toReversed()
    .filter((id) => id !== without)
    .map((id) => ended(id, id !== failing));
  const children = { allTests: () => tests } as unknown as TestModule["children"];
  await new TableReporter(publish ? pathToFileURL(document) : undefined).onTestRunEnd([
    { children } as TestModule,
  ]);
  const output = print.mock.calls.map(([chunk]) => String(chunk)).join("");
  print.mockRestore();
  return { text: readFileSync(document, "utf8"), output };
}

function ended(id: string, met: boolean): TestCase {
  const findings = [{ what: "lost", goal: "0", measured: met ? "0" : "1", met }];
  return {
    name: `${id}: is broken`,
    meta: () => ({ fault: { id, name: "is broken", findings } }),
    result: () => ({ state: met ? "passed" : "failed" }),
  } as unknown as TestCase;
}
