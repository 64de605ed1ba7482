import { expect, test } from "vitest";
import { z } from "zod";
import { paths } from "../../src/contract/paths.ts";
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
    { told: 20, detail: '"sum"; 20 of 15000 errors are told' },
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
