import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { readOfferedTasks } from "../../../infra/smoke/offered-tasks.ts";
import { paths } from "../../../src/contract/paths.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import type { Task } from "../../../src/task/task.ts";
import { postJson, readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { loadDescription, type Operation } from "../../support/openapi.ts";
import { startProducer } from "../../support/producer.ts";
import { damaged, type ValueSchema, valuesOf } from "../../support/schema-values.ts";
import { loadTwoTasks } from "../../support/second-task.ts";
import { startWorker } from "../../support/worker.ts";

const runs = { numRuns: 150, interruptAfterTimeLimit: 10_000 };
const text = fc.string({ unit: "binary", maxLength: 30 });
/** What an HTTP client lets into a header. */
const headerValue = fc.stringMatching(/^[!-~\u00a1-\u00ff](?:[ -~]{0,130}[!-~])?$/);

async function startDescribed() {
  const tasks = await loadTwoTasks();
  const secret = "a".repeat(32);
  const producer = await startProducer({ tasks, callbacks: { secret } });
  const description = await loadDescription(producer.url);
  const operation = (id: string): Operation => {
    const found = description.operations.get(id);
    if (found === undefined) throw new Error(`no operation "${id}"`);
    return found;
  };
  return { ...producer, ...description, operation, tasks };
}

/** No schema says which jobs there are. */
function withoutIds(schema: ValueSchema): ValueSchema {
  const { resubmit_of: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

test("a submission is taken if it fits what the API says of itself, and refused as it says if not", async () => {
  const { url, queue, operation, resolve, problemsOf, problemsOfAnswer } = await startDescribed();
  const submit = operation("submitJob");
  const bodySchema = submit.requestBody?.content["application/json"]?.schema ?? {};
  const keySchema = submit.parameters.find(({ name }) => name === "Idempotency-Key")?.schema ?? {};
  const { oneOf = [] } = resolve(bodySchema);
  const fitting = valuesOf({ oneOf: oneOf.map((one) => withoutIds(resolve(one) as ValueSchema)) });
  const body = fc.oneof(fitting, fitting.chain(damaged), fc.jsonValue());
  const taken = new Set<string>();
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(body, fc.option(headerValue, { nil: undefined }), async (value, key) => {
      const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
      // As it arrives: JSON keeps no -0.
      const json = JSON.stringify(value);
      const response = await postJson(`${url}/api/v1/jobs`, json, headers);
      const copy = response.clone();
      expect(await problemsOfAnswer(submit, response)).toEqual([]);

      const unfit = [
        ...problemsOf(bodySchema, JSON.parse(json)),
        ...(key === undefined ? [] : problemsOf(keySchema, key)),
      ];
      // A key may have been used before.
      const expected = unfit.length > 0 ? [400, 422] : [202, 409];
      expect([expected, unfit]).toEqual([expect.arrayContaining([copy.status]), unfit]);
      seen.add(String(copy.status));
      if (copy.status === 202) taken.add((await readBody(copy)).id);
    }),
    runs,
  );
  expect([...seen].toSorted()).toEqual(expect.arrayContaining(["202", "400", "422"]));
  const kept = await queue.getJobs(["waiting", "prioritized", "delayed"]);
  expect(new Set(kept.map(({ id }) => id))).toEqual(taken);
});

test("a row of a batch is taken if it fits what the API says of itself, and told as it says", async () => {
  const { url, operation, resolve, problemsOf, problemsOfAnswer } = await startDescribed();
  const submit = operation("submitJobs");
  const bodySchema = submit.requestBody?.content["application/json"]?.schema ?? {};
  const { oneOf = [] } = resolve({ $ref: "#/components/schemas/Submission" });
  const fitting = valuesOf({ oneOf: oneOf.map((one) => withoutIds(resolve(one) as ValueSchema)) });
  const key = fc.record(
    { idempotency_key: fc.oneof(fc.stringMatching(/^[!-~]{1,128}$/), text) },
    { requiredKeys: [] },
  );
  const row = fc.oneof(
    fc.tuple(fitting, key).map(([value, more]) => ({ ...(value as object), ...more })),
    fitting.chain(damaged),
    fc.jsonValue(),
  );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      // As they arrive: JSON keeps no -0.
      const json = JSON.stringify(rows);
      const response = await postJson(`${url}${paths.batch}`, json);
      const copy = response.clone();
      expect(await problemsOfAnswer(submit, response)).toEqual([]);
      const answer = await readBody(copy);
      const fits = JSON.parse(json).map(
        (one: unknown) => problemsOf(bodySchema, [one]).length === 0,
      );
      const taken = answer.rows.map(
        ({ outcome, problem }: { outcome: string; problem?: { status: number } }) =>
          // A key may have been used before.
          outcome !== "refused" || problem?.status === 409,
      );
      expect(taken).toEqual(fits);
      for (const { outcome } of answer.rows) seen.add(outcome);
    }),
    runs,
  );
  expect(seen).toContain("queued");
  expect(seen).toContain("refused");
});

test("what can be read is as the API says of itself, at every stage of a job and for no job", async () => {
  const { url, name, queue, operations, problemsOfAnswer, tasks } = await startDescribed();
  await startWorker(name, { tasks });
  const submit = async (y: number, delayMs: number) =>
    (await submitDivision(url, { x: 1, y, delayMs })).id;
  const [succeeded, failed] = [await submit(1, 0), await submit(0, 0)];
  await untilFinal(url, succeeded);
  await untilFinal(url, failed);
  const body = { task: "quotient", input: { x: 1, y: 1, delayMs: 60_000 }, resubmit_of: failed };
  const working = (await readBody(await postJson(`${url}/api/v1/jobs`, body))).id;
  const { id: retrying } = await queue.add(
    "quotient",
    {},
    { delay: 60_000, jobId: createRandomId() },
  );
  const reads = [...operations.values()].filter(({ method }) => method === "get");
  const others = [...operations.values()].filter((operation) => !reads.includes(operation));
  expect(others.map(({ operationId }) => operationId)).toEqual([
    "submitJob",
    "submitJobs",
    "cancelJob",
  ]);

  const ids = fc.oneof(
    fc.constantFrom(succeeded, failed, working, retrying ?? ""),
    text.filter((id) => !["", ".", ".."].includes(id)),
  );
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...reads), ids, headerValue, async (read, id, word) => {
      const path = read.path.replace("{id}", encodeURIComponent(id));
      const response = await fetch(`${url}${path}`, { headers: { "last-event-id": word } });
      seen.add(`${read.operationId} ${response.status}`);
      expect(await problemsOfAnswer(read, response)).toEqual([]);
    }),
    runs,
  );
  expect([...seen].toSorted()).toEqual([
    "getJob 200",
    "getJob 404",
    "getJobLog 200",
    "getJobLog 404",
    "readDay 200",
    "readQueue 200",
    "watchJob 200",
    "watchJob 404",
    "watchQueue 200",
  ]);
});

function fedWith(input: z.ZodObject): Task {
  return {
    title: "Grow",
    description: "Is fed with a tree.",
    input,
    timeLimitMs: 1_000,
    run: async () => null,
  };
}

test("an event stream is a text, or, for who reads it so, events whose data is told", async () => {
  const { operations, resolve, problemsOf } = await startDescribed();
  const schemas = ["watchJob", "watchQueue"].map(
    (id) => operations.get(id)?.responses[200]?.content?.["text/event-stream"]?.schema ?? {},
  );
  const event = { event: "gone", data: '{"id":"one"}' };
  for (const schema of schemas) {
    expect([problemsOf(schema, ": text"), problemsOf(schema, 1)]).toEqual([
      [],
      expect.arrayContaining([expect.any(String)]),
    ]);
  }
  expect(schemas.map((schema) => problemsOf(schema, event).length > 0)).toEqual([false, true]);
  expect(schemas.flatMap(({ anyOf = [] }) => anyOf.slice(1).map(resolve))).toEqual([
    expect.objectContaining({ oneOf: [expect.anything(), expect.anything(), expect.anything()] }),
    expect.objectContaining({ oneOf: [expect.anything()] }),
  ]);
});

test("no component has a title, after which generators would give two of them one name", async () => {
  const task = fedWith(z.strictObject({}));
  const { url } = await startProducer({
    tasks: new Map([
      ["one", { ...task, title: "Failed job" }],
      ["two", { ...task, title: "Failed job" }],
    ]),
  });
  const { components } = await readBody(await fetch(`${url}/api/openapi.json`));
  const schemas = Object.values<object>(components.schemas);
  expect(schemas.filter((schema) => "title" in schema)).toEqual([]);
  expect(components.schemas.Submission_two.description).toBe("Failed job: Is fed with a tree.");
});

test("a schema that refers to itself, or to others by name, is found where the document says", async () => {
  const node = z.strictObject({
    name: z.string(),
    get children() {
      return z.array(node);
    },
  });
  const colour = z.enum(["red", "green"]).meta({ id: "Colour" });
  const { url } = await startProducer({
    tasks: new Map([
      ["tree", fedWith(node)],
      ["paint", fedWith(z.strictObject({ tree: node, top: colour, leaf: colour }))],
    ]),
  });
  const { operations, resolve, problemsOf } = await loadDescription(url);
  const schema = operations.get("submitJob")?.requestBody?.content["application/json"]?.schema;
  const submissions = resolve(schema ?? {}).oneOf ?? [];
  expect(submissions.map(({ $ref }) => $ref)).toEqual([
    "#/components/schemas/Submission_tree",
    "#/components/schemas/Submission_paint",
  ]);

  const leaf = { name: "leaf", children: [] };
  const tree = { name: "twig", children: [leaf] };
  const broken = { name: "twig", children: [{ ...leaf, children: [1] }] };
  const paint = { tree, top: "red", leaf: "green" };
  const fit = (task: string, input: object) =>
    problemsOf(schema ?? {}, { task, input }).length === 0;
  expect([fit("tree", tree), fit("tree", broken)]).toEqual([true, false]);
  expect([fit("paint", paint), fit("paint", { ...paint, tree: broken })]).toEqual([true, false]);
  expect(fit("paint", { ...paint, leaf: "blue" })).toBe(false);
  // A schema by itself, as the demo and the smoke test read it, has all that it refers to.
  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  const [offeredTree, offeredPaint] = readOfferedTasks(document).map(
    (offered) => (input: unknown) => z.fromJSONSchema(offered.schema).safeParse(input).success,
  );
  expect([offeredTree?.(tree), offeredTree?.(broken)]).toEqual([true, false]);
  expect([offeredPaint?.(paint), offeredPaint?.({ ...paint, top: "blue" })]).toEqual([true, false]);
});
