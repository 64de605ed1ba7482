import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { loadTasks } from "../../../src/task/registry.ts";
import { jobWith } from "../../support/job.ts";

const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");

test("is a front door: at most 220 lines", () => {
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(220);
});

test("shows a task that is found and runs as it stands there", async () => {
  const [, name = "", source = ""] = /```ts\n\/\/ src\/tasks\/(\S+)\n([^]*?)```/.exec(readme) ?? [];
  // Inside the project, where the task finds its packages, but not where others copy the tree.
  const parent = new URL("../../../.tripod/", import.meta.url).pathname;
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(`${parent}readme-`);
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(`${folder}/${name}`, source);

  const greet = (await loadTasks(pathToFileURL(`${folder}/`))).get("greet");
  const run = async (input: Record<string, unknown>) => greet?.run(input, jobWith());
  expect(await run({ name: "Ada" })).toBe("Hello, Ada!");
  await expect(run({ name: "nobody" })).rejects.toMatchObject({ failureClass: "invalid_input" });
});
