import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { loadTasks } from "../../src/task/registry.ts";
import { fixtureTasks } from "../support/fixture-tasks.ts";

async function folderWith(files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), "tripod-tasks-"));
  for (const [name, source] of Object.entries(files)) await writeFile(join(folder, name), source);
  return pathToFileURL(`${folder}/`);
}

test("finds the tasks by their files", async () => {
  expect([...(await loadTasks(fixtureTasks)).keys()]).toEqual(["quotient"]);
});

test("refuses a file that is no task", async () => {
  const folder = await folderWith({ "half.ts": "export default { run() {} };" });
  await expect(loadTasks(folder)).rejects.toThrow('"tasks/half.ts" must default-export defineTask');
});

test("refuses a file whose name cannot be a task's", async () => {
  const folder = await folderWith({ "Resize Image.ts": "" });
  await expect(loadTasks(folder)).rejects.toThrow('"tasks/Resize Image.ts" is not a task');
});

const zod = import.meta.resolve("zod");

function taskOf(field: string, examples = "[]"): string {
  return `import { z } from "${zod}";
export default {
  title: "", description: "", timeLimitMs: 1, run() {}, examples: ${examples},
  input: z.strictObject({ plain: z.string(), field: ${field} }),
};`;
}

test.each([
  ["z.string().transform(Number)"],
  ["z.string().transform(Number).default(3)"],
  ["z.array(z.object({ deep: z.string().transform(Number).optional() }))"],
  ["z.union([z.number(), z.string().transform(Number)])"],
  ["z.lazy(() => z.string().transform(Number))"],
  ["z.stringbool()"],
  ["z.codec(z.string(), z.number(), { decode: Number, encode: String })"],
])("refuses an input of %s, whose result its schema would not take", async (field) => {
  const folder = await folderWith({ "turn.ts": taskOf(field) });
  await expect(loadTasks(folder)).rejects.toThrow(
    '"tasks/turn.ts" cannot be run: its input "field" is transformed, which the worker would do again',
  );
});

test.each(["z.date()", "z.bigint()", "z.map(z.string(), z.string())"])(
  "refuses an input of %s, which JSON cannot hold",
  async (field) => {
    const folder = await folderWith({ "keep.ts": taskOf(field) });
    await expect(loadTasks(folder)).rejects.toThrow(
      '"tasks/keep.ts" cannot be run: its input is nothing that JSON can hold',
    );
  },
);

test.each([
  "z.coerce.number()",
  "z.number().default(3)",
  "z.string().trim().toLowerCase()",
  "z.string().overwrite((text) => text.normalize())",
  "z.preprocess((value) => value ?? 0, z.number())",
  "z.string().pipe(z.email())",
  "z.iso.datetime()",
  "z.record(z.string(), z.number().readonly())",
])("takes an input of %s", async (field) => {
  const tasks = await loadTasks(await folderWith({ "take.ts": taskOf(field) }));
  expect([...tasks.keys()]).toEqual(["take"]);
});

const fitting = '{ input: { plain: "a", field: 1 }, result: 1 }';

test.each([
  ['{ input: { plain: "a", field: "1" }, result: 1 }', "input.field", "expected number"],
  ['{ input: { plain: "a" }, failure: "overflow" }', "input.field", "expected number"],
  ['{ input: { plain: "a", field: 1, more: 1 }, result: 1 }', "input", 'Unrecognized key: "more"'],
])("refuses the example %s, whose input would be refused", async (example, field, message) => {
  const folder = await folderWith({ "show.ts": taskOf("z.number()", `[${fitting}, ${example}]`) });
  const refusal = loadTasks(folder);
  await expect(refusal).rejects.toThrow(
    `"tasks/show.ts" cannot be run: the "${field}" of its example 2 does not fit its schema`,
  );
  await expect(refusal).rejects.toThrow(message);
});

test("takes examples that fit", async () => {
  const folder = await folderWith({ "show.ts": taskOf("z.number()", `[${fitting}]`) });
  expect((await loadTasks(folder)).get("show")?.examples).toHaveLength(1);
});
