import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { z } from "zod";
import { paths } from "../../src/contract/paths.ts";
import { RequestError } from "../../src/producer/http/errors.ts";
import { defineTask } from "../../src/task/task.ts";
import { postJson, readBody } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";

const sum = defineTask({
  title: "Sum",
  description: "Adds numbers up.",
  input: z.strictObject({ terms: z.array(z.number()) }),
  timeLimitMs: 1_000,
  run: async ({ terms }) => terms.reduce((total, term) => total + term, 0),
});

test.each([
  [
    "wrong in thousands of places",
    { terms: Array<string>(15_000).fill("x") },
    { told: 20, detail: '"sum"; the first 20 errors are told' },
  ],
  [
    "full of fields that nobody knows",
    { terms: [], ["y".repeat(60_000)]: 1 },
    { told: 1, detail: 'the input does not fit the task "sum"' },
  ],
])("an input that is %s is answered in short", async (_, input, { told, detail }) => {
  const { url } = await startProducer({ tasks: new Map([["sum", sum]]) });
  const response = await postJson(`${url}${paths.api}`, { task: "sum", input });
  const answer = await readBody(response);
  expect([response.status, answer.errors.length]).toEqual([422, told]);
  expect(answer.detail).toContain(detail);
  expect(JSON.stringify(answer).length).toBeLessThan(25_000);
});

test.each([
  [
    "5,400 numbers behind a key of 32 KB",
    `{"task":"sum","input":{"${"k".repeat(32_000)}":[${Array<string>(5_400).fill("1e999").join()}]}}`,
    { status: 400, told: 20, detail: "as it was sent; the first 20 errors are told" },
  ],
  [
    "60 KB of a task's name",
    JSON.stringify({ task: "t".repeat(60_000), input: {} }),
    { status: 422, told: 1, detail: `there is no task "${"t".repeat(99)}…", expected one of: sum` },
  ],
  [
    "60 KB of a field beside the task",
    JSON.stringify({ task: "sum", input: {}, ["y".repeat(60_000)]: 1 }),
    { status: 422, told: 1, detail: "expected" },
  ],
])("%s are answered in short", async (_, body, { status, told, detail }) => {
  const { url } = await startProducer({ tasks: new Map([["sum", sum]]) });
  const response = await postJson(`${url}${paths.api}`, body);
  const answer = await response.text();
  expect([response.status, JSON.parse(answer).errors.length]).toEqual([status, told]);
  expect(JSON.parse(answer).detail).toContain(detail);
  expect(answer.length).toBeLessThan(25_000);
});

test("work on an error's text ends with what is told of it", () => {
  const problem = { pointer: "/".repeat(32_000), detail: "d".repeat(32_000) };
  const { message, errors } = new RequestError(400, "m".repeat(32_000), {
    errors: Array.from({ length: 5_400 }, () => problem),
  });
  expect(message.length).toBeLessThan(600);
  expect(JSON.stringify(errors).length).toBeLessThan(25_000);
});

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

test.each([
  ["a path", { path: `/${"a".repeat(15_000)}` }],
  ["a job's id", { path: `${paths.api}/${"a".repeat(15_000)}` }],
  ["an id that cannot be decoded", { path: `${paths.api}/${"%ff".repeat(5_000)}` }],
  [
    "a charset",
    {
      path: paths.api,
      method: "POST",
      headers: { "content-type": `application/json; charset=${"u".repeat(15_000)}` },
      body: "{}",
    },
  ],
  [
    "an encoding",
    {
      path: paths.api,
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "e".repeat(15_000) },
      body: "{}",
    },
  ],
  [
    "a form's field, sent twice",
    {
      path: `${paths.tasks}/sum`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `${"<".repeat(2_500)}=&${"<".repeat(2_500)}=`,
    },
  ],
] satisfies [string, Asked][])("%s of 15 KB is repeated in short", async (_, asked: Asked) => {
  const { url } = await startProducer({ tasks: new Map([["sum", sum]]) });
  const { path, method = "GET", headers, body } = asked;
  const sent = request(`${url}${path}`, { method, headers: { origin: url, ...headers } });
  sent.end(body);
  const [response] = await once(sent, "response");
  expect(response.statusCode).toBeGreaterThanOrEqual(400);
  expect((await text(response)).length).toBeLessThan(6_000);
});
