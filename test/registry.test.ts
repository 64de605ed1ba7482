import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { loadTasks } from "../src/registry.ts";

async function folderWith(files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), "tripod-tasks-"));
  for (const [name, source] of Object.entries(files)) await writeFile(join(folder, name), source);
  return pathToFileURL(`${folder}/`);
}

test("finds the tasks by their files", async () => {
  expect([...(await loadTasks()).keys()]).toEqual(["divide"]);
});

test("refuses a file that is no task", async () => {
  const folder = await folderWith({ "half.ts": "export default { run() {} };" });
  await expect(loadTasks(folder)).rejects.toThrow('"tasks/half.ts" must default-export defineTask');
});

test("refuses a file whose name cannot be a task's", async () => {
  const folder = await folderWith({ "Resize Image.ts": "" });
  await expect(loadTasks(folder)).rejects.toThrow('"tasks/Resize Image.ts" is not a task');
});
