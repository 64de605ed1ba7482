import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { postJson, readBody, readJob, submitDivision } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";

const input = { x: 1, y: 2, delayMs: 0 };

async function resubmit(url: string, of: string, headers: Record<string, string> = {}) {
  const body = { task: "quotient", input, resubmit_of: of };
  const response = await postJson(`${url}/api/v1/jobs`, body, headers);
  return { status: response.status, body: await readBody(response) };
}

test("a job says of the latest ten that were made from its input, and counts them all", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const made: string[] = [];
  for (let i = 0; i < 12; i += 1) made.push((await resubmit(url, id)).body.id);
  const told = await readJob(url, id);
  expect(told.resubmitted).toBe(12);
  expect(told.resubmitted_as).toEqual(made.toReversed().slice(0, 10));
});

test("a job that is made twice with one key is noted once, and not as made from another one", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const { id: other } = await submitDivision(url, { x: 2, y: 0 });
  const key = { "idempotency-key": "once" };
  const [first, second] = [await resubmit(url, id, key), await resubmit(url, id, key)];
  expect([first.status, second.status, second.body.id]).toEqual([202, 202, first.body.id]);
  expect((await readJob(url, id)).resubmitted).toBe(1);
  expect((await resubmit(url, other, key)).status).toBe(409);
  expect((await readJob(url, other)).resubmitted).toBeUndefined();
});

test("what is no id, or that of no job or of another task's, is refused, and nothing is queued", async () => {
  const { url, queue } = await startProducer();
  const nobody = createRandomId();
  const [absurd, none] = [await resubmit(url, "completed"), await resubmit(url, nobody)];
  expect([absurd.status, none.status]).toEqual([422, 422]);
  expect(none.body).toMatchObject({
    errors: [{ pointer: "/resubmit_of", detail: expect.stringContaining(nobody) }],
  });
  const foreign = createRandomId();
  await queue.add("former", {}, { jobId: foreign });
  expect(await resubmit(url, foreign)).toMatchObject({
    status: 422,
    body: { errors: [{ detail: expect.stringContaining('expected one of "quotient"') }] },
  });
  expect(await queue.getWaitingCount()).toBe(1);
});

test("only who has submitted a job is told of those that were made from it, and strangers add none", async () => {
  const { url } = await startProducer({ limits: { trustProxy: true } });
  const [owner, stranger] = [
    { "x-forwarded-for": "203.0.113.1" },
    { "x-forwarded-for": "203.0.113.2" },
  ];
  const { id } = await submitDivision(url, { x: 1, y: 0 }, owner);
  const own = (await resubmit(url, id, owner)).body.id;
  const other = (await resubmit(url, id, stranger)).body.id;
  const read = async (job: string, headers: Record<string, string>) =>
    (await (await fetch(`${url}/api/v1/jobs/${job}`, { headers })).json()) as object;
  expect(await read(id, owner)).toMatchObject({ resubmitted: 1, resubmitted_as: [own] });
  expect(await read(id, stranger)).not.toHaveProperty("resubmitted_as");
  expect(await read(own, owner)).toMatchObject({ resubmit_of: id });
  expect(await read(own, stranger)).not.toHaveProperty("resubmit_of");
  expect(await read(other, stranger)).toMatchObject({ resubmit_of: id });
});
