import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask, type Task } from "../../../src/task/task.ts";
import { postJson, readBody, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

/** A task that never succeeds. */
function failing(attempts: Task["attempts"]) {
  return defineTask({
    title: "Failing",
    description: "",
    input: z.strictObject({}),
    timeLimitMs: 5_000,
    ...(attempts && { attempts }),
    async run() {
      throw new Error("not this time");
    },
  });
}

/** The one job of such a task, once it has ended. */
async function runToEnd(attempts: Task["attempts"]) {
  const tasks = new Map([["failing", failing(attempts)]]);
  const { url, queue, name } = await startProducer({ tasks });
  const sent = await postJson(`${url}/api/v1/jobs`, { task: "failing", input: {} });
  const { id, max_attempts: atMost } = await readBody(sent);
  const { attempts: max, backoff } = (await queue.getJob(id))?.opts ?? {};
  await startWorker(name, { tasks });
  const { attempts: made, status } = await untilFinal(url, id);
  return { atMost, max, backoff, made, status };
}

test("a task says how often its jobs are tried, and how long they wait for it", async () => {
  expect(await runToEnd({ max: 3, backoffMs: 20, jitter: 0 })).toEqual({
    atMost: 3,
    max: 3,
    backoff: { type: "exponential", delay: 20, jitter: 0 },
    made: 3,
    status: "failed",
  });
});

test("the jobs of a task that wants one attempt are never retried", async () => {
  expect(await runToEnd({ max: 1 })).toMatchObject({ atMost: 1, max: 1, made: 1 });
});

test("what a task leaves unsaid of its attempts is as for all others", async () => {
  const tasks = new Map([
    ["plain", failing(undefined)],
    ["patient", failing({ backoffMs: 60_000 })],
  ]);
  const { url, queue } = await startProducer({ tasks });
  const optionsOf = async (task: string) => {
    const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task, input: {} }));
    const { attempts, backoff } = (await queue.getJob(id))?.opts ?? {};
    return { attempts, backoff };
  };
  const backoff = { type: "exponential", delay: 1_000, jitter: 0.5 };
  expect(await optionsOf("plain")).toEqual({ attempts: 4, backoff });
  expect(await optionsOf("patient")).toEqual({
    attempts: 4,
    backoff: { ...backoff, delay: 60_000 },
  });
});
