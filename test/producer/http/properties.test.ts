import fc from "fast-check";
import { expect, test } from "vitest";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { loadTwoTasks } from "../../support/second-task.ts";

const runs = { numRuns: 100, interruptAfterTimeLimit: 4_000 };

/** Any text that UTF-8 can hold, control characters included. */
const text = fc.string({ unit: "binary", maxLength: 50 });
const number = fc.oneof(
  { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  fc.constant(-0),
);
const division = fc.record(
  { x: number, y: number, delayMs: fc.integer({ min: 0, max: 60_000 }) },
  { requiredKeys: ["x", "y"] },
);
const repetition = fc.record(
  {
    text: text.filter((value) => value !== ""),
    times: fc.integer({ min: 0, max: 10 }),
    separator: fc.constantFrom("space", "comma"),
    spelling: fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      text,
      { noNullPrototype: true },
    ),
    loud: fc.boolean(),
  },
  { requiredKeys: ["text"] },
);
const submission = fc.oneof(
  fc.record({ task: fc.constant("quotient"), input: division }),
  fc.record({ task: fc.constant("repeat"), input: repetition }),
);
const defaults: Record<string, object> = {
  quotient: { delayMs: 5_000 },
  repeat: { times: 2, separator: "space", spelling: {}, loud: false },
};

test("no JSON at all makes the API fail, and what it refuses it queues nothing of", async () => {
  const { url, queue } = await startProducer({ tasks: await loadTwoTasks() });
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({
      task: fc.oneof(fc.constantFrom("quotient", "repeat"), text),
      input: fc.jsonValue(),
    }),
    fc.record({
      task: fc.constant("repeat"),
      input: fc.record({ text: fc.jsonValue(), times: fc.jsonValue() }, { requiredKeys: [] }),
    }),
    submission,
  );
  const answers: Promise<Response>[] = [];
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const answer = postJson(`${url}/api/v1/jobs`, JSON.stringify(value));
      answers.push(answer);
      expect([202, 400, 422]).toContain((await answer).status);
    }),
    runs,
  );

  // The time limit may have left the last one on its way.
  const taken = (await Promise.all(answers)).filter(({ status }) => status === 202);
  expect(await queue.count()).toBe(taken.length);
});

test("no bytes at all make the API fail", async () => {
  const { url, queue } = await startProducer();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      const response = await fetch(`${url}/api/v1/jobs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.from(bytes),
      });
      expect([400, 422]).toContain(response.status);
    }),
    runs,
  );

  expect(await queue.count()).toBe(0);
});

test("an id answered with 202 can be read at once and holds what was sent, defaults filled in", async () => {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  await fc.assert(
    fc.asyncProperty(submission, async (sent) => {
      const response = await postJson(`${url}/api/v1/jobs`, toJson(sent));
      expect(response.status).toBe(202);
      const { id } = await readBody(response);
      const expected = { ...defaults[sent.task], ...JSON.parse(JSON.stringify(sent.input)) };

      expect(await readJob(url, id)).toMatchObject({ id, task: sent.task, status: "waiting" });
      expect((await readJob(url, id)).input).toEqual(expected);
    }),
    runs,
  );
});

test("an Idempotency-Key stands for its first input and for no other", async () => {
  const { url, queue } = await startProducer({ tasks: await loadTwoTasks() });
  await fc.assert(
    fc.asyncProperty(fc.uuid(), submission, async (key, sent) => {
      const headers = { "idempotency-key": key };
      const post = (body: unknown) => postJson(`${url}/api/v1/jobs`, toJson(body), headers);
      const [first, again] = [await post(sent), await post(sent)];
      expect([first.status, again.status]).toEqual([202, 202]);
      const { id, task, input } = await readBody(first);
      expect((await readBody(again)).id).toBe(id);

      const before = await queue.count();
      const changed = { task, input: { ...input, ...changeOf(task, input) } };
      expect((await post(changed)).status).toBe(409);
      expect(await queue.count()).toBe(before);
      expect((await readJob(url, id)).input).toEqual(input);
    }),
    runs,
  );
});

test("no text in a form makes it fail", async () => {
  const { url } = await startProducer({ tasks: await loadTwoTasks() });
  const name = fc.oneof(
    fc.constantFrom("text", "times", "separator", "spelling", "loud", "idempotency_key"),
    text,
  );
  const value = fc.oneof(text, fc.json(), fc.float().map(String));
  const fields = fc.array(fc.tuple(name, value), { maxLength: 8 });
  const encoded = fields.map((pairs) => new URLSearchParams(pairs).toString());
  await fc.assert(
    fc.asyncProperty(fc.oneof(encoded, fc.string(), text), async (body) => {
      const response = await fetch(`${url}/tasks/repeat`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: url },
        body,
        redirect: "manual",
      });
      expect([303, 400, 422]).toContain(response.status);
    }),
    runs,
  );
});

test("no key, wherever it stands and however it is sent, reaches the prototype of objects", async () => {
  const { url, queue } = await startProducer({ tasks: await loadTwoTasks() });
  const before = Object.getOwnPropertyNames(Object.prototype).toSorted();
  const key = fc.constantFrom("__proto__", "constructor", "prototype", "polluted", "text");
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant('"x"'),
      fc
        .array(fc.tuple(key, tie("tree")), { minLength: 1, maxLength: 3 })
        .map((pairs) => `{${pairs.map(([name, json]) => `"${name}":${json}`).join(",")}}`),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(tree, async (json) => {
      const form = new URLSearchParams({ text: "x", spelling: json });
      const answers = await Promise.all([
        postJson(`${url}/api/v1/jobs`, json),
        postJson(`${url}/api/v1/jobs`, `{"task":"repeat","input":${json}}`),
        postJson(`${url}/api/v1/jobs`, `{"task":"repeat","input":{"text":"x","spelling":${json}}}`),
        fetch(`${url}/tasks/repeat`, {
          method: "POST",
          headers: { origin: url },
          body: form,
          redirect: "manual",
        }),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(before);
    }),
    runs,
  );
  // Some of it was fit to be queued, and its keys are the queued job's own.
  const jobs = await queue.getJobs();
  expect(jobs.length).toBeGreaterThan(0);
  expect(jobs.filter(({ data }) => Object.getPrototypeOf(data) !== Object.prototype)).toEqual([]);
});

test("no text in the place of a job's id is anything but not found", async () => {
  const { url } = await startProducer();
  // A URL's own parser resolves dots before anything is sent.
  const id = text.filter((value) => !["", ".", ".."].includes(value)).map(encodeURIComponent);
  await fc.assert(
    fc.asyncProperty(id, async (segment) => {
      const answers = await Promise.all([
        fetch(`${url}/api/v1/jobs/${segment}`),
        fetch(`${url}/api/v1/jobs/${segment}/events`),
        fetch(`${url}/tasks/${segment}`),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    }),
    runs,
  );
});

/** Like `JSON.stringify`, but -0 stays what it is. */
function toJson(value: unknown): string {
  const mark = "minus zero";
  const json = JSON.stringify(value, (_, part: unknown) => (Object.is(part, -0) ? mark : part));
  return json.replaceAll(`"${mark}"`, "-0");
}

function changeOf(task: string, input: { x?: number; times?: number }): object {
  return task === "quotient" ? { x: input.x === 1 ? 2 : 1 } : { times: input.times === 1 ? 2 : 1 };
}
