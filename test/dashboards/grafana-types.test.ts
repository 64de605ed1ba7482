import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { grafanaPackages } from "../../infra/boot/grafana-repository.ts";
import { compile, createProgramFolder } from "../support/compiler.ts";
import { type DashboardJson, readDashboards } from "../support/dashboards.ts";

const types = new URL("../support/grafana-types.ts", import.meta.url);

/** Says of every panel, target and link which type it has to have, one in a line. */
function createProgram({ panels, links }: DashboardJson): string {
  return [
    `import type { PanelTypes, TargetTypes, TopLink } from ${JSON.stringify(types.pathname)};`,
    ...links.map((link) => satisfying(link, "TopLink")),
    ...panels.flatMap(({ targets = [], ...panel }) => [
      satisfying(panel, `PanelTypes["${panel.type}"]`),
      ...targets.map((target) => satisfying(target, `TargetTypes["${target.datasource.type}"]`)),
    ]),
  ].join("\n");
}

function satisfying(value: unknown, type: string): string {
  return `(${JSON.stringify(value)}) satisfies ${type};`;
}

// A compiler that starts anew has all types to read: where much else runs, that takes a minute.
test("has panels, targets and links of the types that Grafana's own schema has for them", async () => {
  const programs = Object.fromEntries(
    readDashboards().map((dashboard) => [`${dashboard.uid}.ts`, createProgram(dashboard)]),
  );
  const folder = await createProgramFolder(programs);
  expect(await compile(folder)).toBe("");
  expect(
    Object.values(programs)
      .join("")
      .match(/ satisfies /g)?.length,
  ).toBeGreaterThan(200);
});

test("takes the schema of the Grafana that the monitor host gets", () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const [major, minor] = devDependencies["@grafana/schema"]?.split(".") ?? [];
  expect(`${major}.${minor}`).toBe(grafanaPackages.grafana);
});
