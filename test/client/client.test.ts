import { expect, test } from "vitest";
import { RefusedError } from "../../src/client/errors.ts";
import { createFixtureClient } from "../support/fixture-client.ts";
import { startProducer } from "../support/producer.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

async function openClient() {
  const { url, name } = await startProducer();
  await startWorker(name);
  return createFixtureClient({ url });
}

test("submits a job, waits for it and reads it", async () => {
  const client = await openClient();
  const submitted = await client.submit("quotient", { x: 10, y: 2, delayMs: 50 });
  expect(submitted).toMatchObject({ task: "quotient", status: "waiting", attempts: 0 });

  const seen: string[] = [];
  const onChange = ({ status }: { status: string }) => void seen.push(status);
  const ended = await client.wait(submitted, { onChange });
  if (ended.status !== "succeeded") throw new Error(ended.error);
  expect([ended.result + 1, ended.input.delayMs]).toEqual([6, 50]);
  expect(seen.at(-1)).toBe("succeeded");
  expect(await client.get(submitted.id)).toEqual(ended);
});

test("a job that fails is told, with its class and why", async () => {
  const client = await openClient();
  const { id } = await client.submit("quotient", { x: 10, y: 0, delayMs: 0 });
  expect(await client.wait(id)).toMatchObject({
    status: "failed",
    error_type: "division_by_zero",
    error: "cannot divide 10 by zero",
  });
});

test("an input that does not fit is refused at once, by field", async () => {
  const { url, queue } = await startProducer();
  const client = createFixtureClient({ url });
  const untyped = { x: "ten", y: 2 } as unknown as { x: number; y: number };
  const refused = await client.submit("quotient", untyped).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RefusedError);
  expect(refused).toMatchObject({
    status: 422,
    detail: 'the input does not fit the task "quotient"',
    errors: [{ pointer: "/input/x", detail: expect.stringContaining("expected number") }],
    key: expect.any(String),
  });
  expect(await queue.getJobCountByTypes()).toBe(0);
});

test("jobs of one key and one input are one job, of another input a conflict", async () => {
  const client = await openClient();
  const input = { x: 1, y: 1, delayMs: 0 };
  const one = await client.submit("quotient", input, { key: "invoice-7" });
  const other = await client.submit("quotient", input, { key: "invoice-7" });
  expect(other.id).toBe(one.id);
  const conflict = client.submit("quotient", { ...input, x: 2 }, { key: "invoice-7" });
  await expect(conflict).rejects.toMatchObject({ status: 409, key: "invoice-7" });
});

test("a job is submitted to be started at a time, or after one, alone and among many", async () => {
  const { url } = await startProducer();
  const client = createFixtureClient({ url });
  const input = { x: 1, y: 1, delayMs: 0 };
  const runAt = new Date(Date.now() + 3_600_000);
  const waiting = { reason: "delayed", retry_at: runAt.toISOString() };
  expect(await client.submit("quotient", input, { runAt })).toMatchObject({ waiting });
  const [one, other] = await client.submitMany([
    { task: "quotient", input, runAt: runAt.toISOString() },
    { task: "quotient", input, delayMs: 60_000 },
  ]);
  expect([one?.job?.status === "waiting" && one.job.waiting, other?.job]).toEqual([
    waiting,
    expect.objectContaining({ waiting: { reason: "delayed", retry_at: expect.any(String) } }),
  ]);
  await expect(
    client.submit("quotient", input, { runAt: new Date(Number.NaN) }),
  ).rejects.toMatchObject({ status: 422, errors: [{ pointer: "/runAt" }] });
});

test("a job that is none is told as such, also to who waits for it", async () => {
  const client = await openClient();
  const none = `a${"2".repeat(25)}`;
  await expect(client.get(none)).rejects.toMatchObject({ name: "RefusedError", status: 404 });
  await expect(client.wait(none)).rejects.toMatchObject({ name: "RefusedError", status: 404 });
});

test("submits many, and tells of each in its place what became of it", async () => {
  const client = await openClient();
  const submissions = Array.from({ length: 40 }, (_, x) => ({
    task: "quotient" as const,
    // Every tenth is none.
    input: { x, y: x % 10 === 3 ? ("1" as unknown as number) : 1, delayMs: 0 },
  }));
  const outcomes = await client.submitMany(submissions);
  expect(outcomes.map(({ job, error }) => job?.input.x ?? (error as RefusedError).status)).toEqual(
    submissions.map(({ input }) => (input.y === 1 ? input.x : 422)),
  );
  expect(new Set(outcomes.map(({ key }) => key)).size).toBe(40);
  const last = outcomes.at(-1)?.job;
  expect(last && (await client.wait(last))).toMatchObject({ status: "succeeded", result: 39 });
});

test.each(["localhost:8080", "ftp://localhost", "", "http://admin:secret@localhost:8080"])(
  "refuses %j, which can be no address of a server",
  (url) => {
    expect(() => createFixtureClient({ url })).toThrow(/expected one (like|without)/);
  },
);

test("a job is cancelled, and one that has ended by itself is not", async () => {
  const { url, name } = await startProducer();
  const client = createFixtureClient({ url });
  const waiting = await client.submit("quotient", { x: 1, y: 1, delayMs: 0 });
  const ended = { id: waiting.id, status: "failed", error_type: "cancelled_by_user" };
  expect(await client.cancel(waiting)).toMatchObject(ended);
  expect(await client.cancel(waiting.id)).toMatchObject(ended);

  await startWorker(name);
  const slow = await client.submit("quotient", { x: 1, y: 1, delayMs: 60_000 });
  await until("it to run", async () => (await client.get(slow)).status === "working");
  expect(await client.cancel(slow)).toMatchObject({ status: "working", cancelling: true });
  expect(await client.wait(slow)).toMatchObject({ error_type: "cancelled_by_user" });
  const done = await client.wait(await client.submit("quotient", { x: 1, y: 1, delayMs: 0 }));
  await expect(client.cancel(done)).rejects.toMatchObject({ status: 409 });
});
