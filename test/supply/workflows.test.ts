import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "timeout-minutes"?: number | string;
  readonly strategy?: { readonly matrix: { readonly include: readonly { suite: string }[] } };
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const project = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(project, path), "utf8");
const workflows = globSync(".github/workflows/*.yml", { cwd: project }).toSorted();
const jobsOf = (path: string) => Object.values((parse(read(path)) as Workflow).jobs);

test("there are the workflows that the contributor's guide names", () => {
  expect(workflows).toEqual([".github/workflows/ci.yml", ".github/workflows/nightly.yml"]);
});

test.each([...globSync(".github/**/*.yml", { cwd: project }), ".devcontainer/devcontainer.json"])(
  "%s can be read",
  (path) => {
    expect(parse(read(path))).toBeTypeOf("object");
  },
);

test.each(workflows)("%s may only read, and gives up in time", (path) => {
  expect((parse(read(path)) as Workflow).permissions).toEqual({ contents: "read" });
  expect(jobsOf(path).filter((job) => job["timeout-minutes"] === undefined)).toEqual([]);
});

test.each(workflows)("%s names every action by its commit", (path) => {
  const actions = jobsOf(path).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  expect(actions).not.toEqual([]);
  expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
});

test(".ci/run checks, then deploys by the Pulumi that the workflow installs", () => {
  const script = read(".ci/run");
  const commands = script.split("\n").filter((line) => line.includes("npm run"));
  // Without CI, the second would be skipped where there is no Pulumi.
  expect(commands).toEqual(["npm run check", "CI=true npm run test:pulumi"]);
  const packed = /pulumi-(\d+\.\d+\.\d+)-linux/.exec(script)?.[1];
  const installed = /pulumi-v(\d+\.\d+\.\d+)-linux/.exec(read(".github/workflows/ci.yml"))?.[1];
  expect(packed).toBeDefined();
  expect(installed).toBe(packed);
});

test("the workflows run .ci/run and the long suites", () => {
  const commands = workflows.flatMap(jobsOf).flatMap(({ steps, strategy }) => {
    const suites = strategy?.matrix.include.map(({ suite }) => suite) ?? [""];
    return suites.flatMap((suite) =>
      steps.flatMap(({ run }) => run?.replace("${{ matrix.suite }}", suite) ?? []),
    );
  });
  expect(commands).toEqual(
    expect.arrayContaining([
      ".ci/run",
      "npm run test:faults",
      "npm run test:mutants",
      "npm run test:soak",
      "npm run test:replaced",
    ]),
  );
  const { scripts } = JSON.parse(read("package.json"));
  const named = commands.flatMap((command) => /^npm run ([\w:]+)$/.exec(command)?.[1] ?? []);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
