import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { titleOf } from "../../../src/local/new/task-name.ts";
import { loadTasks } from "../../../src/task/registry.ts";
import { testTaskExamples } from "../../../src/task/testing.ts";
import { programEnvironment } from "../../support/program-environment.ts";
import { repository } from "../../support/pulumi-project.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";

/** What `npm run new` and a task's test need of the project, and where it writes. */
function copyProject(): string {
  const project = createTemporaryFolder();
  for (const path of ["src", "package.json", "tsconfig.json"]) {
    cpSync(join(repository, path), join(project, path), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
  return project;
}

/** Exit code and output. */
async function runNew(project: string, ...args: readonly string[]) {
  const program = join(project, "src/local/new/main.ts");
  const run = promisify(execFile)(process.execPath, [program, ...args], {
    env: programEnvironment,
  });
  return run.then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (failed: { code: number; stderr: string }) => ({ code: failed.code, output: failed.stderr }),
  );
}

test("writes a task that works and a test that passes, and says what to do next", async () => {
  const project = copyProject();
  const { code, output } = await runNew(project, "task", "resize-image");
  expect([code, output]).toEqual([0, expect.stringContaining("form at /tasks/resize-image")]);
  const tasks = await loadTasks(pathToFileURL(`${project}/src/tasks/`));
  const task = tasks.get("resize-image");
  if (task === undefined) throw new Error("it has not been loaded");
  expect([task.title, task.examples?.length]).toEqual(["Resize image", 1]);
  expect(await testTaskExamples(task)).toEqual([]);

  mkdirSync(join(project, "test"), { recursive: true });
  const config = join(project, "vitest.config.ts");
  writeFileSync(config, "export default {};\n");
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const written = [vitest, "run", "--config", config, "test/tasks/resize-image.test.ts"];
  const options = { cwd: project, env: { ...programEnvironment, NO_COLOR: "1" } };
  const { stdout } = await promisify(execFile)(process.execPath, written, options);
  expect(stdout).toMatch(/Tests {2}2 passed/);
  const types = { extends: "./tsconfig.json", include: ["src/tasks", "test/tasks"] };
  const typesFile = join(project, "tasks.json");
  writeFileSync(typesFile, JSON.stringify(types));
  const tsc = [join(repository, "node_modules/typescript/bin/tsc"), "-p", typesFile];
  await expect(promisify(execFile)(process.execPath, tsc, options)).resolves.toBeDefined();
});

test("writes nothing over what is there, and nothing beside it", async () => {
  const project = copyProject();
  const mine = join(project, "test/tasks/mine.test.ts");
  mkdirSync(join(project, "test/tasks"), { recursive: true });
  writeFileSync(mine, "// mine\n");
  expect(await runNew(project, "task", "mine")).toEqual({
    code: 1,
    output: '"test/tasks/mine.test.ts" is there already: expected the name of a task that is not\n',
  });
  expect(readFileSync(mine, "utf8")).toBe("// mine\n");
  expect(existsSync(join(project, "src/tasks/mine.ts"))).toBe(false);
  writeFileSync(join(project, "src/tasks/here.ts"), "// here\n");
  expect(await runNew(project, "task", "here")).toMatchObject({ code: 1 });
  expect(existsSync(join(project, "test/tasks/here.test.ts"))).toBe(false);
});

test("takes back what it has written where the rest cannot be written", async () => {
  const project = copyProject();
  // A link to nowhere is not there, but cannot be made either.
  symlinkSync(join(project, "nowhere/a.ts"), join(project, "src/tasks/half.ts"));
  const { code, output } = await runNew(project, "task", "half");
  expect([code, output]).toEqual([1, expect.stringContaining('cannot write the task "half"')]);
  expect(existsSync(join(project, "test/tasks/half.test.ts"))).toBe(false);
});

test.each([
  ["Resize Image", '"Resize Image" cannot be a task\'s name: expected a name like "resize-image"'],
  ["../escape", "cannot be a task's name"],
  ["2nd", "cannot be a task's name"],
  ["resize.ts", "cannot be a task's name"],
  ["a".repeat(65), "of at most 64 lower-case letters, digits and dashes, with a letter first"],
  ["tasks", '"tasks" is a name that is used otherwise: expected another one'],
  ["abcdefghijklmnopqrstuvwxyz", "looks like a job's id: expected another name"],
])("refuses the name %s", async (name, problem) => {
  const { code, output } = await runNew(repository, "task", name);
  expect([code, output]).toEqual([1, expect.stringContaining(problem)]);
});

test.each([
  [[], "no name is given, expected: npm run new task NAME"],
  [["task"], "no name is given, expected: npm run new task NAME"],
  [["queue", "mail"], 'unknown "queue", expected: npm run new task NAME'],
  [["task", "a", "b"], 'unexpected argument "b", expected: npm run new task NAME'],
])("refuses the arguments %j", async (args, problem) => {
  expect(await runNew(repository, ...args)).toEqual({ code: 2, output: `${problem}\n` });
});

test.each([
  ["resize-image", "Resize image"],
  ["a--b-", "A b"],
])("makes of the name %s the title %s", (name, title) => {
  expect(titleOf(name)).toBe(title);
});
