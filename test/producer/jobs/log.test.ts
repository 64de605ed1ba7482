import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { appendLog, formatLine } from "../../../src/queue/job-log.ts";
import { readBody } from "../../support/client.ts";
import { readProblem, problem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";

/** A producer with a waiting job, and what reads of it. */
async function openJob() {
  const producer = await startProducer();
  const { queue, redis, url } = producer;
  const id = createRandomId();
  await queue.add("quotient", { x: 1, y: 1 }, { jobId: id });
  const log = async (...messages: readonly string[]) => {
    const lines = messages.map((message) =>
      formatLine({ at: 0, level: "info", attempt: 1, message }),
    );
    await appendLog(queue, redis, id, { lines, count: lines.length });
  };
  const read = (path: string) => fetch(`${url}/api/v1/jobs/${id}${path}`);
  return { ...producer, id, log, read };
}

const told = (number: number, message: string) => ({
  number,
  time: "1970-01-01T00:00:00.000Z",
  level: "info",
  attempt: 1,
  message,
});

test("a job's log is told whole, or after a line, and again from a line yet to come", async () => {
  const { id, log, read } = await openJob();
  await log("one", "two \u202e", "three");
  const whole = { id, logged: 3, lines: [told(1, "one"), told(2, "two \u202e"), told(3, "three")] };
  expect(await readBody(await read("/log"))).toEqual(whole);
  expect(await readBody(await read("/log?after=0"))).toEqual(whole);
  expect(await readBody(await read("/log?after=2"))).toEqual({
    ...whole,
    lines: [told(3, "three")],
  });
  expect(await readBody(await read("/log?after=3"))).toEqual({ ...whole, lines: [] });
  expect(await readBody(await read("/log?after=4"))).toEqual(whole);
});

test.each(["x", "-1", "1.5", ""])("a log after %j is none", async (after) => {
  const { read } = await openJob();
  expect(await readProblem(await read(`/log?after=${after}`))).toEqual(
    problem(400, `after is "${after}", expected the number of a line`),
  );
});

test("a job without a log has an empty one, and no job has none", async () => {
  const { id, url, read } = await openJob();
  expect(await readBody(await read("/log"))).toEqual({ id, logged: 0, lines: [] });
  expect((await fetch(`${url}/api/v1/jobs/${createRandomId()}/log`)).status).toBe(404);
});

test("a job says how far it is and how much it has logged, once it has", async () => {
  const { queue, id, log, read } = await openJob();
  const before: object = await readBody(await read(""));
  expect(before).not.toHaveProperty("progress");
  expect(before).not.toHaveProperty("logged");
  const progress = { fraction: 0.5, text: "half", attempt: 1 };
  await queue.updateJobProgress(id, progress);
  await log("one");
  await until("it to be told", async () => (await readBody(await read(""))).logged === 1);
  expect(await readBody(await read(""))).toMatchObject({ progress, logged: 1 });
});

test.each([42, "half", { fraction: 2, attempt: 1 }, { fraction: 0.5 }, [0.5], null])(
  "what others have put for a job's progress is none: %j",
  async (progress) => {
    const { queue, id, read } = await openJob();
    await queue.updateJobProgress(id, progress as object);
    expect(await readBody(await read(""))).not.toHaveProperty("progress");
  },
);
