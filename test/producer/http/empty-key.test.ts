import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";

const nothing: Task = defineTask({
  title: "Nothing",
  description: "Does nothing.",
  input: z.strictObject({}),
  timeLimitMs: 1_000,
  run: async () => null,
});
const tasks = new Map([["nothing", nothing]]);
const detail = "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces";

test("an empty Idempotency-Key is answered 400 and queues nothing", async () => {
  const { url, queue } = await startProducer({ tasks });
  const response = await postJson(
    `${url}/api/v1/jobs`,
    { task: "nothing", input: {} },
    { "idempotency-key": "" },
  );

  expect(await readProblem(response)).toEqual(problem(400, detail));
  expect(await queue.count()).toBe(0);
});

test("a form with an empty key is answered 400 and queues nothing", async () => {
  const { url, queue } = await startProducer({ tasks });
  const response = await fetch(`${url}/tasks/nothing`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ idempotency_key: "" }),
  });

  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(detail)]);
  expect(await queue.count()).toBe(0);
});
