import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findReachable } from "../../../infra/release/reachable.ts";
import { entryPoints, findMissing, loadSources } from "../../../infra/release/sources.ts";
import { createTarEntry } from "../../../infra/release/tar.ts";
import { repository } from "../../support/pulumi-project.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

const manifest = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const dependencies = Object.keys(manifest.dependencies);

const isSource = (path: string) => !path.endsWith(".d.ts");

test.each([...entryPoints, "src/worker/isolation/main.ts"])(
  "what %s reaches is on its host",
  async (entry) => {
    const reachable = await findReachable(repository, [entry]);
    expect(findMissing(reachable, dependencies)).toEqual([]);
    const shipped = (await loadSources(repository)).map(({ path }) => path);
    expect(reachable.files.filter((path) => !shipped.includes(path))).toEqual([]);
    const tasks = (await readdir(join(repository, "src/tasks"))).map((name) => `src/tasks/${name}`);
    expect(reachable.files).toEqual(expect.arrayContaining(tasks.filter(isSource)));
  },
);

test("the worker's isolated processes and the browser's modules are reached", async () => {
  const { files } = await findReachable(repository, entryPoints);
  expect(files).toEqual(
    expect.arrayContaining([
      "src/worker/isolation/main.ts",
      "src/producer/pages/assets/overview.js",
      "src/producer/pages/assets/style.css",
    ]),
  );
});

test("every production package is imported by what runs on hosts", async () => {
  const { packages } = await findReachable(repository, entryPoints);
  expect(dependencies.filter((name) => !packages.has(name))).toEqual([]);
  expect(dependencies.length).toBeGreaterThan(10);
});

test("the smoke test runs from a clone, with whatever that installs", async () => {
  const { files, packages } = await findReachable(repository, ["infra/smoke/main.ts"]);
  const installed = [...dependencies, ...Object.keys(manifest.devDependencies)];
  expect([...packages.keys()].filter((name) => !installed.includes(name))).toEqual([]);
  expect(files).toContain("src/contract/topology.ts");
});

/** The repository's own sources in a folder that a test may change. */
async function copySources(): Promise<string> {
  const folder = createTemporaryFolder();
  for (const path of ["package.json", "src", "dashboards"]) {
    await cp(join(repository, path), join(folder, path), { recursive: true });
  }
  return folder;
}

test.each([
  ["src/producer/main.ts", `import "yaml";`, `src/producer/main.ts imports "yaml"`],
  ["src/queue/state.ts", `export * from "../local/ports.ts";`, `"src/local/ports.ts" is reached`],
  [
    "src/task/registry.ts",
    `await import("../../dashboards/stack/loki.ts");`,
    `"dashboards/stack/loki.ts" is reached`,
  ],
  ["src/task/task.ts", `import "#task/testing";`, `"src/task/testing.ts" is reached`],
  ["src/service/listener.ts", `import.meta.resolve("typescript");`, `imports "typescript"`],
  ["src/service/listener.ts", `import "./nowhere.ts";`, `needs "src/service/nowhere.ts"`],
  ["src/task/task.ts", `import "#log";`, `package.json has no "#log"`],
])("no release is made where %s has %s", async (path, line, problem) => {
  const folder = await copySources();
  await appendFile(join(folder, path), `\n${line}\n`);
  await expect(loadSources(folder)).rejects.toThrow(problem);
});

async function packSources(folder: string): Promise<Buffer> {
  return Buffer.concat((await loadSources(folder)).map(createTarEntry));
}

test("a release changes with what hosts run, and with nothing else", async () => {
  const folder = await copySources();
  const before = await packSources(folder);
  const { scripts } = manifest;
  const other = { ...manifest, scripts: { ...scripts, more: "true" }, devDependencies: {} };
  await writeFile(join(folder, "package.json"), JSON.stringify(other));
  await appendFile(join(folder, "src/local/docs/tables.ts"), "// another line\n");
  await writeFile(join(folder, "src/producer/unused.ts"), "export {};\n");
  // What editors, systems and people leave beside tasks and assets is read by nobody.
  const tasks = ["divide.ts~", ".DS_Store", "README.md", "divide.test.ts", "shared/unused.ts"];
  await mkdir(join(folder, "src/tasks/shared"));
  for (const name of tasks) {
    await writeFile(join(folder, "src/tasks", name), 'import "vitest";\n');
  }
  await writeFile(join(folder, "src/producer/pages/assets/style.css~"), "\n");
  expect(await packSources(folder)).toEqual(before);
  await appendFile(join(folder, "src/producer/pages/assets/style.css"), "\n");
  expect(await packSources(folder)).not.toEqual(before);
});

test("a module that a task imports is shipped, wherever it is beside the tasks", async () => {
  const folder = await copySources();
  await mkdir(join(folder, "src/tasks/shared"));
  await writeFile(join(folder, "src/tasks/shared/words.ts"), "export {};\n");
  await writeFile(join(folder, "src/tasks/more.ts"), 'import "./shared/words.ts";\n');
  const paths = (await loadSources(folder)).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["src/tasks/more.ts", "src/tasks/shared/words.ts"]));
});

test("no release is made where a module beside the tasks has a name that no task can have", async () => {
  const folder = await copySources();
  await writeFile(join(folder, "src/tasks/Resize.ts"), "");
  await expect(loadSources(folder)).rejects.toThrow('"tasks/Resize.ts" is not a task');
});

/** A tree of these files, of which `main.ts` is the entry point. */
async function reach(files: Readonly<Record<string, string>>) {
  const folder = createTemporaryFolder();
  const all = { "package.json": `{ "imports": { "#own": "./own/own.ts" } }`, ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const { files: found, packages } = await findReachable(folder, ["main.ts"]);
  return [...found, ...[...packages.keys()].toSorted()];
}

test("follows every way in which a module names another one, and no mention of a type", async () => {
  const main = `
    import a, { type B } from "./a.ts";
    import { type OnlyNamesAreTypes } from "./b.ts";
    import type { C } from "./type.ts";
    export type { D } from "./type.ts";
    export { e } from "./e.ts";
    export * as f from "@scope/f/deep.js";
    type G = typeof import("./type.ts");
    /** @type {import("./type.ts").H} */
    const text = 'import "./text.ts"'; // import "./comment.ts"
    const lazy = async () => import(\`./lazy.ts\`);
    const i = import.meta.resolve("i/style.css");
    const j = new URL("./data/j.json", import.meta.url);
    const load = createRequire(import.meta.url);
    load.resolve("k/package.json");
    load("l");
    import "node:fs";
    import "#own";
  `;
  const empty = ["a", "b", "e", "lazy", "own/own"].map((name) => [`${name}.ts`, ""] as const);
  const files = { "main.ts": main, "data/j.json": "{}", ...Object.fromEntries(empty) };
  expect(await reach(files)).toEqual([
    "a.ts",
    "b.ts",
    "data/j.json",
    "e.ts",
    "lazy.ts",
    "main.ts",
    "own/own.ts",
    "@scope/f",
    "i",
    "k",
    "l",
  ]);
});

test("takes all of a folder that a module names, and follows its modules", async () => {
  const files = {
    "main.ts": `const folder = new URL("./tasks/", import.meta.url); import(folder + "x.ts");`,
    "tasks/x.ts": `import "./deep/y.ts"; import "z";`,
    "tasks/deep/y.ts": "",
    "tasks/page.js": `import "/in-the-browser.js";`,
    "tasks/tasks.d.ts": "",
    "other.ts": "",
  };
  expect(await reach(files)).toEqual([
    "main.ts",
    "tasks/deep/y.ts",
    "tasks/page.js",
    "tasks/x.ts",
    "z",
  ]);
});

test.each([
  ["await import(name)", `main.ts:2: "import(name)": expected a literal, or a folder's new URL`],
  ["import.meta.resolve(name)", `main.ts:2: "name": expected a literal`],
  ["new URL(name, import.meta.url)", `main.ts:2: "name": expected a literal`],
  ["join(import.meta.dirname, name)", `main.ts:2: "import.meta.dirname": expected new URL`],
  ["fileURLToPath(import.meta.url)", `main.ts:2: "import.meta.url": expected new URL`],
])("refuses %s, which only running it would tell", async (expression, problem) => {
  await expect(reach({ "main.ts": `const name = "x";\n${expression};` })).rejects.toThrow(problem);
});
