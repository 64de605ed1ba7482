import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createTaskTypes, refreshTaskTypes, taskTypesFile } from "../../src/local/task-types.ts";
import { tasksFolder } from "../../src/task/registry.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

test("the types of the tasks are those of the files: `npm run docs` renews them", () => {
  const types = readFileSync(new URL(taskTypesFile, tasksFolder), "utf8");
  expect(types).toBe(createTaskTypes(readdirSync(fileURLToPath(tasksFolder))));
});

test("names each task, also one whose name is no identifier, and nothing else", () => {
  const files = ["resize-image.ts", "divide.ts", "divide.test.ts", "tasks.d.ts", ".x.ts", "README"];
  const types = createTaskTypes(files);
  expect(types.split("\n").filter((line) => line.includes("import("))).toEqual([
    '  readonly divide: typeof import("./divide.ts").default;',
    '  readonly "resize-image": typeof import("./resize-image.ts").default;',
  ]);
});

test("says whether it had to write them, and leaves nothing else behind", async () => {
  const path = createTemporaryFolder();
  const folder = pathToFileURL(`${path}/`);
  writeFileSync(join(path, "divide.ts"), "not loaded (");
  expect(await refreshTaskTypes(folder)).toBe(true);
  expect(await refreshTaskTypes(folder)).toBe(false);
  writeFileSync(join(path, "resize-image.ts"), "");
  expect(await refreshTaskTypes(folder)).toBe(true);
  expect(readFileSync(join(path, taskTypesFile), "utf8")).toBe(
    createTaskTypes(["divide.ts", "resize-image.ts"]),
  );
  expect(readdirSync(path).toSorted()).toEqual(["divide.ts", "resize-image.ts", taskTypesFile]);
});

test("refuses a module of a name that no task can have", () => {
  expect(() => createTaskTypes(["Resize.ts"])).toThrow('"tasks/Resize.ts" is not a task');
});
