import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../../src/task/task.ts";
import { postJson, readBody, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

const odd = defineTask({
  title: "Odd",
  description: "Takes what is not flat, and gives it back.",
  input: z.strictObject({
    either: z.union([z.int(), z.string().regex(/^\d+ px$/)]),
    counts: z.record(z.string(), z.int()),
    nested: z
      .strictObject({ deep: z.strictObject({ at: z.iso.datetime().optional() }).optional() })
      .optional(),
  }),
  timeLimitMs: 5_000,
  run: async (input) => input,
});
const tasks = new Map([["odd", odd]]);

test.each<z.input<typeof odd.input>>([
  { either: 5, counts: {} },
  { either: "5 px", counts: { toString: 1, "": 2 }, nested: {} },
  { either: "5 px", counts: { a: 1 }, nested: { deep: {} } },
  { either: 5, counts: { a: 1 }, nested: { deep: { at: "2026-01-01T00:00:00Z" } } },
])(
  "an input of unions, records and nested optional objects comes to its task: %j",
  async (input) => {
    const { url, name } = await startProducer({ tasks });
    await startWorker(name, { tasks });
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "odd", input }));
    expect(await untilFinal(url, id)).toMatchObject({ status: "succeeded", result: input });
  },
);

test("a submitter is told where in such an input what is wrong", async () => {
  const { url, queue } = await startProducer({ tasks });
  const input = { either: "5", counts: { a: 1.5 }, nested: { deep: { at: "today", by: 1 } } };
  const response = await postJson(`${url}/api/v1/jobs`, { task: "odd", input });
  expect(response.status).toBe(422);
  const { errors } = await readBody(response);
  expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    "/input/either",
    "/input/counts/a",
    "/input/nested/deep/at",
    "/input/nested/deep",
  ]);
  expect(await queue.getJobCountByTypes("waiting", "active", "delayed")).toBe(0);
});

test("the form of such a task can be shown", async () => {
  const { url } = await startProducer({ tasks });
  const page = await (await fetch(`${url}/tasks/odd`)).text();
  for (const field of ["either", "counts", "nested"]) expect(page).toContain(`name="${field}"`);
});
