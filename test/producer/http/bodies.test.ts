import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";

const division = '{"task":"quotient","input":{"x":10,"y":2,"delayMs":0}}';
const withInput = (fields: string) => `{"task":"quotient","input":{"x":10,"y":2,${fields}}}`;
const nested = "[".repeat(20_000) + "]".repeat(20_000);
const unusable = (why: string) => expect.stringMatching(`^the body is no usable JSON: ${why}`);

test.each([
  ["nothing", "", unusable("Unexpected end")],
  ["NaN", "NaN", unusable('"NaN" is not valid')],
  ["Infinity", "Infinity", unusable('"Infinity" is not valid')],
  ["NaN for a field", withInput('"delayMs":NaN'), unusable("Unexpected token 'N'")],
  ["something after the end", `${division}x`, unusable("Unexpected non-whitespace")],
  ["two documents", division + division, unusable("Unexpected non-whitespace")],
  ["a raw NUL", withInput('"a":"\0"'), unusable("Bad control character")],
  ["an end that is missing", "[".repeat(20_000), unusable("Unexpected end")],
  ["__proto__", withInput('"__proto__":{"polluted":1}'), unusable("Object contains forbidden")],
  [
    "constructor.prototype",
    withInput('"constructor":{"prototype":{"polluted":1}}'),
    unusable("Object contains forbidden"),
  ],
  ["a lone surrogate", withInput('"a":"\\ud800"'), "the body holds a lone surrogate"],
  ["a lone surrogate as a key", withInput('"\\udfff":1'), "the body holds a lone surrogate"],
  ["20,000 levels", withInput(`"a":${nested}`), "the body is nested deeper than 32 levels"],
])("a body of %s is answered 400 and queues nothing", async (_, body, detail) => {
  const { url, queue } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, body);

  expect(await readProblem(response)).toEqual(problem(400, detail));
  expect(await queue.count()).toBe(0);
});

test("a body of invalid UTF-8 is answered 400 and queues nothing", async () => {
  const { url, queue } = await startProducer();
  const body = Buffer.from(withInput('"a":"?"'));
  body[body.indexOf("?")] = 0xff;
  const response = await fetch(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });

  expect(await readProblem(response)).toEqual(problem(400, "the body is not well-formed UTF-8"));
  expect(await queue.count()).toBe(0);
});

test.each([
  ["null", "null", "", "Invalid input: expected object, received null"],
  ["a number", "1", "", "Invalid input: expected object, received number"],
  ["a string", '"quotient"', "", "Invalid input: expected object, received string"],
  ["a list", `[${division}]`, "", "Invalid input: expected object, received array"],
  [
    "an input that is a list",
    '{"task":"quotient","input":[10,2]}',
    "/input",
    "Invalid input: expected record, received array",
  ],
  [
    "job options",
    `{"jobId":"completed","attempts":99,"priority":1,${division.slice(1)}`,
    "",
    'Unrecognized keys: "jobId", "attempts", "priority"',
  ],
])("a body of %s is answered 422 and queues nothing", async (_, body, pointer, detail) => {
  const { url, queue } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, body);

  expect(await readProblem(response)).toEqual(
    problem(422, 'expected {"task": "…", "input": {…}}', { errors: [{ pointer, detail }] }),
  );
  expect(await queue.count()).toBe(0);
});

test.each([
  ["job options among the input", { attempts: 99, lifo: true }, 'keys: "attempts", "lifo"'],
  ["a field that the task does not have", { z: 1 }, 'key: "z"'],
  ["a constructor", { constructor: { name: "x" } }, 'key: "constructor"'],
])("an input with %s is answered 422 and queues nothing", async (_, fields, named) => {
  const { url, queue } = await startProducer();
  const body = { task: "quotient", input: { x: 10, y: 2, ...fields } };
  const response = await postJson(`${url}/api/v1/jobs`, body);

  expect(await readProblem(response)).toEqual(
    problem(422, 'the input does not fit the task "quotient"', {
      errors: [{ pointer: "/input", detail: `Unrecognized ${named}` }],
    }),
  );
  expect(await queue.count()).toBe(0);
});

test.each(["__proto__", "constructor", "toString", "../quotient", ""])(
  'there is no task called "%s"',
  async (task) => {
    const { url, queue } = await startProducer();
    const detail = `there is no task "${task}", expected one of: quotient`;
    const response = await postJson(`${url}/api/v1/jobs`, { task, input: {} });

    expect(await readProblem(response)).toEqual(
      problem(422, detail, { errors: [{ pointer: "/task", detail }] }),
    );
    expect(await queue.count()).toBe(0);
  },
);

test.each([
  [undefined, "the body must be sent as application/json"],
  ["text/plain", "the body must be sent as application/json"],
  ["multipart/form-data; boundary=x", "the body must be sent as application/json"],
  ["application/json-patch+json", "the body must be sent as application/json"],
  ["application/json; charset=utf-7", 'the body must be UTF-8, got the charset "utf-7"'],
])("a body of the type %s is answered 415", async (type, detail) => {
  const { url, queue } = await startProducer();
  const response = await fetch(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: type === undefined ? {} : { "content-type": type },
    body: Buffer.from(division),
  });

  expect(await readProblem(response)).toEqual(problem(415, detail));
  expect(await queue.count()).toBe(0);
});

test("a compressed body is answered 415 before anything is unpacked", async () => {
  const { url } = await startProducer();
  const response = await fetch(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": "gzip" },
    body: gzipSync(Buffer.alloc(50_000_000)),
  });

  expect(await readProblem(response)).toEqual(
    problem(415, 'the body must not be compressed, got "gzip"'),
  );
});

test.each([
  ["that is declared", (bytes: Buffer) => bytes],
  ["of unknown length", (bytes: Buffer) => new Blob([bytes]).stream()],
])("a body of 10 MB %s is answered 413 and not read on", async (_, send) => {
  const { url } = await startProducer();
  const response = await fetch(`${url}/api/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: send(Buffer.alloc(10_000_000, " ")),
    duplex: "half",
  });

  expect(response.headers.get("connection")).toBe("close");
  expect(await readProblem(response)).toEqual(problem(413, "the body must not exceed 65536 bytes"));
});

test("what JSON allows is taken: a byte order mark, a charset of UTF-8, the last of two keys", async () => {
  const { url } = await startProducer();
  const response = await postJson(`${url}/api/v1/jobs`, `\uFEFF${withInput('"x":6,"delayMs":0')}`, {
    "content-type": "application/json; charset=UTF-8",
  });

  expect([response.status, (await readBody(response)).input]).toEqual([
    202,
    { x: 6, y: 2, delayMs: 0 },
  ]);
});

test.each(["has spaces", "Schlüssel", "a".repeat(129)])(
  'an Idempotency-Key "%s" is answered 400',
  async (key) => {
    const { url, queue } = await startProducer();
    const response = await postJson(`${url}/api/v1/jobs`, division, { "idempotency-key": key });

    expect(await readProblem(response)).toEqual(
      problem(400, "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces"),
    );
    expect(await queue.count()).toBe(0);
  },
);

test.each(["completed", "wait", "meta", "id", "__proto__"])(
  'an Idempotency-Key "%s" touches no key of the queue itself',
  async (key) => {
    const { url, queue } = await startProducer();
    const headers = { "idempotency-key": key };
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, division, headers));

    expect(await readJob(url, id)).toMatchObject({ id, status: "waiting" });
    expect(await queue.getJobCounts("waiting", "completed")).toEqual({ waiting: 1, completed: 0 });
  },
);
