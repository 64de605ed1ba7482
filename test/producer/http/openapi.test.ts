import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
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
  const producer = await startProducer({ tasks });
  const description = await loadDescription(producer.url);
  const operation = (id: string): Operation => {
    const found = description.operations.get(id);
    if (found === undefined) throw new Error(`no operation "${id}"`);
    return found;
  };
  return { ...producer, ...description, operation, tasks };
}

test("a submission is taken if it fits what the API says of itself, and refused as it says if not", async () => {
  const { url, queue, operation, problemsOf, problemsOfAnswer } = await startDescribed();
  const submit = operation("submitJob");
  const bodySchema = submit.requestBody?.content["application/json"]?.schema ?? {};
  const keySchema = submit.parameters.find(({ name }) => name === "Idempotency-Key")?.schema ?? {};
  const fitting = valuesOf(bodySchema as ValueSchema);
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
  expect(await queue.count()).toBe(taken.size);
});

test("what can be read is as the API says of itself, at every stage of a job and for no job", async () => {
  const { url, name, queue, operations, problemsOfAnswer, tasks } = await startDescribed();
  await startWorker(name, { tasks });
  const submit = async (y: number, delayMs: number) =>
    (await submitDivision(url, { x: 1, y, delayMs })).id;
  const [succeeded, failed] = [await submit(1, 0), await submit(0, 0)];
  await untilFinal(url, succeeded);
  await untilFinal(url, failed);
  const working = await submit(1, 60_000);
  const { id: retrying } = await queue.add(
    "quotient",
    {},
    { delay: 60_000, jobId: createRandomId() },
  );
  const reads = [...operations.values()].filter(({ method }) => method === "get");
  expect(reads).toHaveLength(operations.size - 1);

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
    "readQueue 200",
    "watchJob 200",
    "watchJob 404",
    "watchQueue 200",
  ]);
});
