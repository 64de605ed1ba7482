import { expect, test } from "vitest";
import { postJson } from "../../support/client.ts";
import { nothingTasks } from "../../support/nothing.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";

const detail = "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces";

test("an empty Idempotency-Key is answered 400 and queues nothing", async () => {
  const { url, queue } = await startProducer({ tasks: nothingTasks });
  const response = await postJson(
    `${url}/api/v1/jobs`,
    { task: "nothing", input: {} },
    { "idempotency-key": "" },
  );

  expect(await readProblem(response)).toEqual(problem(400, detail));
  expect(await queue.count()).toBe(0);
});

test("a form with an empty key is answered 400 and queues nothing", async () => {
  const { url, queue } = await startProducer({ tasks: nothingTasks });
  const response = await fetch(`${url}/tasks/nothing`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({ idempotency_key: "" }),
  });

  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(detail)]);
  expect(await queue.count()).toBe(0);
});
