import { expect, test } from "vitest";
import { readActs } from "../../../src/queue/job-acts.ts";
import { postJson, submitDivision } from "../../support/client.ts";
import { startConsole } from "../../support/console.ts";
import { writeTokens } from "../../support/tokens.ts";

test("what a token that operates cancels of others on the public listener is in the audit and on the job, its own is not", async () => {
  const { usersFile, operate } = writeTokens();
  const { ask, url, queue, redis } = await startConsole({ usersFile });
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const { id: own } = await submitDivision(url, { x: 1, y: 1 }, operate.headers);
  for (const one of [id, own]) {
    const answer = await postJson(`${url}/api/v1/jobs/${one}/cancel`, {}, operate.headers);
    expect(answer.status).toBe(200);
  }
  expect((await ask("/audit")).body.entries).toMatchObject([
    {
      by: operate.name,
      role: "operator",
      on: "job",
      target: id,
      action: "cancel",
      outcome: "done",
    },
  ]);
  expect(await readActs(queue, redis, id)).toMatchObject([{ by: operate.name, action: "cancel" }]);
  expect(await readActs(queue, redis, own)).toEqual([]);
});
