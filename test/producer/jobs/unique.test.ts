import { expect, test } from "vitest";
import { z } from "zod";
import { defineTask } from "../../../src/task/task.ts";
import { postJson, readBody, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

/** A producer of a task that wants one unfinished job for each user, where one is named. */
async function startUnique() {
  const sync = defineTask({
    title: "Sync",
    description: "",
    input: z.strictObject({ user: z.string().optional(), note: z.string().default("") }),
    timeLimitMs: 5_000,
    unique: ({ user }) => user,
    run: async () => null,
  });
  const tasks = new Map([["sync", sync]]);
  const producer = await startProducer({ tasks, limits: { unfinishedPerClient: 3 } });
  const submit = async (input: object, headers: Record<string, string> = {}) => {
    const answer = await postJson(`${producer.url}/api/v1/jobs`, { task: "sync", input }, headers);
    const { id, input: told } = await readBody(answer);
    const replayed = answer.headers.get("idempotency-replayed");
    return { status: answer.status, id, input: told, replayed };
  };
  return { ...producer, tasks, submit };
}

test("a second submission gets the id of the first while that has not ended", async () => {
  const { url, name, queue, tasks, submit } = await startUnique();
  const first = await submit({ user: "ada", note: "first" });
  const second = await submit({ user: "ada", note: "second" });
  expect([first.status, first.replayed, second.status, second.replayed]).toEqual([
    202,
    null,
    202,
    "true",
  ]);
  expect([second.id, second.input]).toEqual([first.id, { user: "ada", note: "first" }]);
  const keyed = await submit({ user: "ada" }, { "idempotency-key": "k" });
  expect([keyed.status, keyed.id]).toEqual([202, first.id]);
  expect(await queue.getWaitingCount()).toBe(1);

  await startWorker(name, { tasks });
  await untilFinal(url, first.id);
  const third = await submit({ user: "ada" });
  expect([third.replayed, third.id === first.id]).toEqual([null, false]);
});

test("jobs with another key, and those with none, are jobs of their own", async () => {
  const { submit } = await startUnique();
  const inputs = [{ user: "ada" }, {}, {}];
  const ids = new Set<unknown>();
  for (const input of inputs) ids.add((await submit(input)).id);
  expect(ids.size).toBe(3);
});

test("a submission that gets another's job takes no place of its client", async () => {
  const { redis, queue, submit } = await startUnique();
  for (let n = 0; n < 5; n += 1) await submit({ user: "ada" });
  const [client = ""] = await redis.keys(queue.toKey("client:*"));
  expect(await redis.zcard(client)).toBe(1);
});

test("a job that was removed, or is in none of the queue's lists, holds no key", async () => {
  const { redis, queue, submit } = await startUnique();
  const first = await submit({ user: "ada" });
  await queue.remove(first.id);
  const second = await submit({ user: "ada" });
  expect([second.replayed, second.id === first.id]).toEqual([null, false]);
  await redis.lrem(queue.toKey("wait"), 0, second.id);
  const third = await submit({ user: "ada" });
  expect([third.replayed, third.id === second.id]).toEqual([null, false]);
  expect(await queue.getWaitingCount()).toBe(1);
});
