import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { loadTask, loadTasks } from "../../src/task/registry.ts";
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
  const folder = await folderWith({ "half.ts": "export const run = 1;" });
  await expect(loadTasks(folder)).rejects.toThrow('"tasks/half.ts" must default-export defineTask');
});

test("refuses a file that throws, by its name", async () => {
  const folder = await folderWith({ "late.ts": 'throw new Error("no licence");' });
  await expect(loadTasks(folder)).rejects.toThrow(
    '"tasks/late.ts" cannot be loaded: Error: no licence',
  );
});

test("refuses a file that does not come to its end, by its name, and warns of it before", async () => {
  const folder = await folderWith({ "endless.ts": "await new Promise(() => {});" });
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => void warnings.push(message);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  await expect(loadTask(new URL("endless.ts", folder), { slowMs: 20, maxMs: 100 })).rejects.toThrow(
    '"tasks/endless.ts" has not been loaded within 100 ms',
  );
  expect(warnings).toEqual(['"tasks/endless.ts" is still being loaded after 20 ms']);
});

test("takes no notice of what editors, systems and people leave beside the tasks", async () => {
  const folder = await folderWith({ "right.ts": taskOf("z.number()") });
  const leftovers = [".DS_Store", ".right.ts.swp", ".#right.ts", "#right.ts#", "right.ts~"];
  const others = ["README.md", "words.json", "tasks.d.ts", "right.test.ts", "right.ts.orig"];
  for (const name of [...leftovers, ...others])
    await writeFile(join(fileURLToPath(folder), name), "not a module (");
  await mkdir(new URL("shared.ts/", folder));
  expect([...(await loadTasks(folder)).keys()]).toEqual(["right"]);
});

test.each(["Resize Image.ts", "resize.js", "resize.mts", "resize.tsx", "_resize.ts", "2nd.ts"])(
  "refuses a module of the name %s, which cannot be a task's",
  async (file) => {
    const folder = await folderWith({ [file]: "" });
    await expect(loadTasks(folder)).rejects.toThrow(
      `"tasks/${file}" is not a task: expected a name like "resize-image.ts"`,
    );
  },
);

const zod = import.meta.resolve("zod");

function taskOf(field: string, examples = "[]"): string {
  return taskWith(
    `examples: ${examples}, input: z.strictObject({ plain: z.string(), field: ${field} })`,
  );
}

/** A task that is fine but for what these fields make of it. */
function taskWith(fields: string): string {
  return `import { z } from "${zod}";
export default {
  title: "Title", description: "Does it.", timeLimitMs: 1, run() {},
  input: z.strictObject({}),
  ${fields}
};`;
}

const ofAttempts = "expected { max, backoffMs, jitter }, each of them optional: 1 to 50 attempts";
const bytes = "expected a whole number of bytes from 1 to 262144";
const limit = "expected a whole number of milliseconds from 1 to 2147483647, which is 24 days";

test.each([
  ["timeLimitMs: Infinity", `its "timeLimitMs" is Infinity, ${limit}`],
  ["timeLimitMs: 25 * 86_400_000", `its "timeLimitMs" is 2160000000, ${limit}`],
  ["timeLimitMs: 0", `its "timeLimitMs" is 0, ${limit}`],
  ["timeLimitMs: -1", `its "timeLimitMs" is -1, ${limit}`],
  ["timeLimitMs: NaN", `its "timeLimitMs" is NaN, ${limit}`],
  ["timeLimitMs: 1.5", `its "timeLimitMs" is 1.5, ${limit}`],
  ['timeLimitMs: "1000"', `its "timeLimitMs" is '1000', ${limit}`],
  ["timeLimitMs: undefined", `its "timeLimitMs" is missing, ${limit}`],
  ["timelimitMs: 5", 'its "timelimitMs" is unknown, expected only title, description, input, '],
  ["title: 5", 'its "title" is 5, expected a text'],
  ['title: " "', "its \"title\" is ' ', expected a text"],
  ["description: undefined", 'its "description" is missing, expected a text'],
  ["input: { x: z.number() }", 'its "input" is {'],
  ["input: z.number()", "expected z.strictObject({ … })"],
  ["input: undefined", 'its "input" is missing, expected z.strictObject({ … })'],
  ["maxResultBytes: 0", `its "maxResultBytes" is 0, ${bytes}`],
  ["maxResultBytes: 262_145", `its "maxResultBytes" is 262145, ${bytes}`],
  ['maxResultBytes: "1 MB"', bytes],
  ['unique: "id"', "its \"unique\" is 'id', expected a function of (input) that returns a key"],
  ['queue: "fast"', 'its "queue" is \'fast\', expected one of "default", "slow"'],
  ['priority: "urgent"', 'its "priority" is \'urgent\', expected one of "high", "normal", "low"'],
  ["attempts: 3", `its "attempts" is 3, ${ofAttempts}`],
  ["attempts: { max: 0 }", `its "attempts" is { max: 0 }, ${ofAttempts}`],
  ["attempts: { max: 51, backoffMs: 0 }", ofAttempts],
  ["attempts: { retries: 3 }", ofAttempts],
  ["attempts: { backoffMs: -1 }", ofAttempts],
  ["attempts: { jitter: 2 }", ofAttempts],
  ["attempts: { max: 22 }", ofAttempts],
  ["attempts: { max: 1.5 }", ofAttempts],
  ['isolated: "yes"', "its \"isolated\" is 'yes', expected true or false"],
  ["run: 5", 'its "run" is 5, expected a function of (input, job)'],
  ["run: (a, b, c) => a", "expected a function of (input, job)"],
  ["examples: {}", 'its "examples" is {}, expected a list'],
  ["examples: [null]", "its example 1 is null, expected { input, result } or { input, failure }"],
  ["examples: [{ input: {} }]", "expected { input, result } or { input, failure }"],
  [
    'examples: [{ input: {}, result: 1, failure: "overflow" }]',
    "expected { input, result } or { input, failure }",
  ],
  [
    'examples: [{ input: {}, failure: "timeout" }]',
    `the "failure" of its example 1 is 'timeout', expected one of division_by_zero, overflow, `,
  ],
  [
    "examples: [{ input: {}, result: { n: [1n] } }]",
    'the "result.n[0]" of its example 1 is a BigInt',
  ],
  ["title: 5, isolated: 0", 'its "title" is 5, expected a text; its "isolated" is 0, expected'],
])("refuses a task with %s, by file and field", async (fields, problem) => {
  const folder = await folderWith({ "odd.ts": taskWith(fields) });
  const refusal = loadTasks(folder);
  await expect(refusal).rejects.toThrow('"tasks/odd.ts" cannot be run: ');
  await expect(refusal).rejects.toThrow(problem);
});

test.each([
  ["throw Object.create(null);", "cannot be loaded: [Object: null prototype] {}"],
  ["throw null;", "cannot be loaded: null"],
  ["export default { get title() { throw new Error('no'); } };", "cannot be run: Error: no"],
  [taskOf("z.lazy(() => { throw new Error('no'); })"), "cannot be run: Error: no"],
  [taskOf("z.lazy(async () => z.string())"), "cannot be run: TypeError: Cannot read"],
])("names the file of %s, whatever it throws", async (source, problem) => {
  const folder = await folderWith({ "odd.ts": source });
  await expect(loadTasks(folder)).rejects.toThrow(`"tasks/odd.ts" ${problem}`);
});

test.each([
  "{}",
  "{ max: 1, backoffMs: 0, jitter: 0 }",
  "{ max: 21 }",
  "{ max: 50, backoffMs: 0 }",
])("takes attempts of %s", async (attempts) => {
  const folder = await folderWith({ "fine.ts": taskWith(`attempts: ${attempts}`) });
  expect((await loadTasks(folder)).has("fine")).toBe(true);
});

test("takes the longest time limit that a timer can wait", async () => {
  const folder = await folderWith({ "long.ts": taskWith("timeLimitMs: 2 ** 31 - 1") });
  expect((await loadTasks(folder)).get("long")?.timeLimitMs).toBe(2_147_483_647);
});

test.each([
  ["z.string().transform(Number)"],
  ["z.string().transform(Number).default(3)"],
  ["z.array(z.object({ deep: z.string().transform(Number).optional() }))", "field.deep"],
  ["z.union([z.number(), z.string().transform(Number)])"],
  ["z.lazy(() => z.string().transform(Number))"],
  ["z.stringbool()"],
  ["z.codec(z.string(), z.number(), { decode: Number, encode: String })"],
])(
  "refuses an input of %s, whose result its schema would not take",
  async (field, name = "field") => {
    const folder = await folderWith({ "turn.ts": taskOf(field) });
    await expect(loadTasks(folder)).rejects.toThrow(
      `"tasks/turn.ts" cannot be run: its input "${name}" is transformed, which the worker would do again`,
    );
  },
);

const hold = "which JSON cannot hold: expected";
test.each([
  ["z.date()", `is z.date(), ${hold} z.iso.datetime()`],
  ["z.coerce.date()", `is z.date(), ${hold} z.iso.datetime()`],
  ["z.bigint()", `is z.bigint(), ${hold} z.int()`],
  ["z.map(z.string(), z.string())", `is z.map(), ${hold} z.record()`],
  ["z.set(z.string())", `is z.set(), ${hold} z.array()`],
  ["z.symbol()", `is z.symbol(), ${hold} z.enum()`],
  ["z.file()", `is z.file(), ${hold} z.string()`],
  ["z.array(z.file())", `is z.file(), ${hold} z.string()`],
  ["z.promise(z.string())", `is z.promise(), ${hold} the schema of what it resolves to`],
  ["z.function()", `is z.function(), ${hold} z.enum()`],
  ["z.instanceof(URL)", `is z.custom(), ${hold} a schema of what JSON can hold`],
  ["z.union([z.string(), z.undefined()])", `is z.undefined(), ${hold} .optional()`],
  ["z.nan()", `is z.nan(), ${hold} z.number()`],
  ["z.success(z.string())", `is z.success(), ${hold} z.boolean()`],
  ["z.literal(1n)", "is nothing that JSON can hold"],
  ["z.string().refine(async () => true)", "has an async function"],
  ["z.object({ deep: z.string().refine(async () => true) })", "has an async function"],
  ["z.string().overwrite(async (text) => text)", "has an async function"],
  ["z.preprocess(async (value) => value, z.string())", "has an async function"],
  ["z.string().check(async () => {})", "has an async function"],
  ["z.string().superRefine(async () => {})", "has a check that returns a promise"],
  ["z.string().min(50).superRefine(async () => {})", "has a check that returns a promise"],
  ["z.string().refine(() => Promise.resolve(true))", "has a check that returns a promise"],
  ["z.object({ a: z.email() }).superRefine(async () => {})", "has a check that returns a promise"],
  ["z.preprocess((value) => value + 1, z.number())", "changes what it has returned"],
  ["z.number().overwrite((n) => n / 2)", "changes what it has returned"],
  ["z.array(z.string().overwrite((text) => `${text}!`))", "changes what it has returned"],
  [
    "z.preprocess((value) => String(value).split(', '), z.array(z.string()))",
    "changes what it has returned",
  ],
  ["z.preprocess((value) => value === 'on', z.boolean())", "changes what it has returned"],
  ["z.preprocess((value) => value === 'true', z.boolean())", "changes what it has returned"],
  ["z.string().transform((s) => s.split(',')).pipe(z.array(z.string()))", "does not take what it"],
  ["z.iso.date().pipe(z.coerce.date())", "does not take what it returns"],
  ["z.preprocess((value) => value.trim(), z.string())", 'throws "TypeError: value.trim is not'],
  ["z.string().refine((text) => new URL(text))", 'throws "TypeError: Invalid URL'],
  ["z.string().meta({ title: 5 })", "has a title in .meta() that is no text"],
])("refuses an input of %s, and says what is wrong with which field", async (field, problem) => {
  const folder = await folderWith({ "keep.ts": taskOf(field) });
  const refusal = loadTasks(folder);
  await expect(refusal).rejects.toThrow('"tasks/keep.ts" cannot be run: its input "field');
  await expect(refusal).rejects.toThrow(problem);
});

test.each([
  ["z.looseObject({})", "its input takes fields that it does not name"],
  ["z.object({}).passthrough()", "its input takes fields that it does not name"],
  ["z.object({}).catchall(z.string())", "its input takes fields that it does not name"],
  ["z.object({ idempotency_key: z.string() })", 'cannot have a field "idempotency_key"'],
  ["z.object({ run_at: z.string() })", 'cannot have a field "run_at"'],
  ["z.object({ operators_reason: z.string() })", 'cannot have a field "operators_reason"'],
  ["z.object({ ['__proto__']: z.string() })", 'cannot have a field "__proto__"'],
  [
    "z.object({ deep: z.object({ ['__proto__']: z.string() }) })",
    'cannot have a field "__proto__"',
  ],
  ["z.object({ toString: z.string().optional() })", 'cannot have a field "toString"'],
  [
    "z.object({ deep: z.object({ constructor: z.string().optional() }) })",
    'cannot have a field "constructor"',
  ],
  ["z.object({ _charset_: z.string() })", 'cannot have a field "_charset_"'],
  ["z.object({ '': z.string() })", 'cannot have a field ""'],
  ["z.object({ 'two words': z.string() })", 'cannot have a field "two words"'],
  ["z.object({ 'a/b': z.string() })", "expected a name of letters, digits and _ $ @ : . -"],
  ["z.object({ 'a~b': z.string() })", 'cannot have a field "a~b"'],
  ["z.object({ 'a\\u0000': z.string() })", 'cannot have a field "a\\u0000"'],
  [
    "z.object({ a: z.number(), b: z.array(z.string()) }).superRefine(async () => {})",
    "its input has a check that returns a promise",
  ],
  ["z.object({ a: z.number() }).refine(async () => true)", "its input has an async function"],
])("refuses the whole input %s", async (input, problem) => {
  const folder = await folderWith({ "whole.ts": taskWith(`input: ${input}`) });
  await expect(loadTasks(folder)).rejects.toThrow(problem);
});

test("finds by an example what no sample of its own shows", async () => {
  const input = `z.strictObject({ code: z.string().regex(/^[A-Z]{3}$/) })
    .refine(({ code }) => (code === "XYZ" ? Promise.resolve(true) : true))`;
  const bare = await folderWith({ "code.ts": taskWith(`input: ${input}`) });
  expect((await loadTasks(bare)).size).toBe(1);
  const examples = '[{ input: { code: "XYZ" }, result: null }]';
  const folder = await folderWith({
    "code.ts": taskWith(`input: ${input}, examples: ${examples}`),
  });
  await expect(loadTasks(folder)).rejects.toThrow(
    'its input has a check that returns a promise, tried with {"code":"XYZ"}: expected a schema that answers at once',
  );
});

test.each([
  "z.coerce.number()",
  "z.number().default(3)",
  "z.string().trim().toLowerCase()",
  "z.string().overwrite((text) => text.normalize())",
  "z.preprocess((value) => value ?? 0, z.number())",
  "z.string().pipe(z.email())",
  "z.iso.datetime()",
  "z.record(z.string(), z.number().readonly())",
  "z.json()",
  "z.string().pipe(z.coerce.date())",
  "z.string().default(() => crypto.randomUUID())",
  "z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })])",
  "z.object({ get again() { return z.array(z.string()).optional(); } })",
  "z.string().optional().nullable()",
  "z.looseObject({ known: z.string() })",
  "z.stringFormat('ab', /^ab$/)",
  "z.templateLiteral(['a', z.number()])",
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
