import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test, vi } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import {
  division,
  divisions,
  idsOf,
  ndjson,
  postBatch,
  submitBatch,
  toLines,
} from "../../support/batch.ts";
import { postJson, readBody, readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";
import { startWorker } from "../../support/worker.ts";

test.each([
  ["lines", toLines],
  ["an array", (rows: readonly object[]) => rows],
])("a thousand rows as %s are a thousand jobs, told and queued in their order", async (_, send) => {
  const { url, queue } = await startProducer();
  const answer = await submitBatch(url, send(divisions(1_000)));

  expect([answer.queued, answer.known, answer.refused]).toEqual([1_000, 0, 0]);
  expect(answer.rows.map(({ row }) => row)).toEqual(
    Array.from({ length: 1_000 }, (__, n) => n + 1),
  );
  const jobs = await queue.getWaiting(0, 1_000);
  expect(jobs.map(({ id }) => id)).toEqual(idsOf(answer));
  expect(jobs.map(({ data }) => data.x)).toEqual(Array.from({ length: 1_000 }, (__, x) => x));
});

test("jobs of a batch run, and are those of the client that has sent it", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { rows } = await submitBatch(url, toLines(divisions(50)));
  const ended = await Promise.all(rows.map(({ id = "" }) => untilFinal(url, id)));
  expect(ended.map(({ result }) => result)).toEqual(rows.map((__, index) => index / 2));
});

test("each row is refused as it would be alone, and the others are taken", async () => {
  const { url, queue } = await startProducer();
  const bad = [
    '{"task":"quotient","input":{"x":10,"y":NaN}}',
    '{"task":"quotient","input":{"x":1e400,"y":2}}',
    '{"task":"quotient","input":{"x":9007199254740993,"y":2}}',
    '{"task":"quotient","input":{"x":"one","y":2}}',
    '{"task":"nothing","input":{}}',
    '{"task":"quotient","input":{"x":1,"y":2},"runAt":"soon"}',
    '{"task":"quotient","input":{"x":1,"y":2},"attempts":99}',
    '{"task":"quotient","input":{"x":1,"y":2,"a":"\\ud800"}}',
    '{"task":"quotient","input":{"x":1,"y":2,"__proto__":{}}}',
    `{"task":"quotient","input":{"x":1,"y":2,"a":${"[".repeat(40)}${"]".repeat(40)}}}`,
    "[]",
    "1",
  ];
  const good = JSON.stringify(division(1));
  const answer = await submitBatch(url, bad.map((line) => `${line}\n${good}\n`).join(""));

  expect([answer.queued, answer.refused, await queue.count()]).toEqual([12, 12, 12]);
  for (const [index, line] of bad.entries()) {
    const alone = await postJson(`${url}${paths.api}`, line);
    expect(alone.status).toBeGreaterThanOrEqual(400);
    expect(answer.rows[2 * index]).toEqual({
      row: 2 * index + 1,
      outcome: "refused",
      problem: await readBody(alone),
    });
    expect(answer.rows[2 * index + 1]).toMatchObject({ row: 2 * index + 2, outcome: "queued" });
  }
});

test("a row of bytes that are no UTF-8, or of more than 64 KB, is refused, and the next is taken", async () => {
  const { url } = await startProducer();
  const broken = Buffer.from(toLines([division(1)]));
  broken[broken.indexOf("quotient")] = 0xff;
  const long = JSON.stringify(division(1, { padding: "x".repeat(70_000) }));
  const body = Buffer.concat([broken, Buffer.from(`${long}\n${toLines([division(2)])}`)]);
  const { rows } = await submitBatch(url, body);
  expect(rows.map(({ outcome, problem: told }) => [outcome, told?.status, told?.detail])).toEqual([
    ["refused", 400, "the body is not well-formed UTF-8"],
    ["refused", 413, "the row must not exceed 65536 bytes"],
    ["queued", undefined, undefined],
  ]);
});

test("blank lines, a byte order mark and lines that end as on Windows are no rows and no mistakes", async () => {
  const { url } = await startProducer();
  const line = JSON.stringify(division(1));
  const { rows } = await submitBatch(url, `\uFEFF${line}\r\n\r\n  \n${line}`);
  expect(rows.map(({ row, outcome }) => [row, outcome])).toEqual([
    [1, "queued"],
    [4, "queued"],
  ]);
});

test("rows start when they say, or when their task's policy lets them", async () => {
  const { url } = await startProducer();
  const runAt = new Date(Date.now() + 3_600_000).toISOString();
  const { rows } = await submitBatch(url, [
    division(1, { delayMs: 60_000 }),
    division(2, { runAt }),
    division(3, { runAt, delayMs: 1 }),
  ]);
  const [first, second] = await Promise.all(
    rows.slice(0, 2).map(({ id = "" }) => readJob(url, id)),
  );
  expect([first?.waiting?.reason, second?.waiting]).toEqual([
    "delayed",
    { reason: "delayed", retry_at: runAt },
  ]);
  expect(rows[2]?.problem?.errors?.map(({ pointer }) => pointer)).toEqual(["/delayMs"]);
});

test("a batch that is sent again makes no second job, and tells the same ids", async () => {
  const { url, queue } = await startProducer();
  const key = { "idempotency-key": randomUUID() };
  const first = await submitBatch(url, toLines(divisions(100)), key);
  const again = await submitBatch(url, divisions(100), key);

  expect([first.queued, again.queued, again.known]).toEqual([100, 0, 100]);
  expect(idsOf(again)).toEqual(idsOf(first));
  expect(await queue.count()).toBe(100);
});

test("a batch whose jobs start later, sent again, is told of them, and of a row with another input", async () => {
  const { url, queue } = await startProducer();
  const key = { "idempotency-key": randomUUID() };
  const later = { delayMs: 3_600_000 };
  const first = await submitBatch(url, [division(1, later), division(2, later)], key);
  const again = await submitBatch(url, [division(1, later), division(3, later)], key);

  expect([first.queued, again.queued, again.known, again.refused]).toEqual([2, 0, 1, 1]);
  expect(again.rows[1]?.problem?.detail).toBe(
    "this Idempotency-Key was used before with another input",
  );
  expect(await queue.getDelayedCount()).toBe(2);
});

test("a row's key is its own, or the batch's with its number, as if it had been sent alone", async () => {
  const { url, queue } = await startProducer();
  const rows = [division(1, { idempotency_key: "own" }), division(2)];
  const { rows: told } = await submitBatch(url, rows, { "idempotency-key": "all" });
  const alone = [
    await submitDivision(url, { x: 1, y: 2 }, { "idempotency-key": "own" }),
    await submitDivision(url, { x: 2, y: 2 }, { "idempotency-key": "all/2" }),
  ];
  expect(alone.map(({ id }) => id)).toEqual(told.map(({ id }) => id));
  expect(await queue.count()).toBe(2);
});

test("without any key, the same rows are jobs of their own", async () => {
  const { url, queue } = await startProducer();
  const [first, second] = [
    await submitBatch(url, divisions(3)),
    await submitBatch(url, divisions(3)),
  ];
  expect([first.queued, second.queued, await queue.count()]).toEqual([3, 3, 6]);
});

test("rows of one batch with one key are one job, and one with another input is refused", async () => {
  const { url, queue } = await startProducer();
  // All in one instant, in which none tells itself from another by its time.
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const { rows } = await submitBatch(url, [
    division(1, { idempotency_key: "k" }),
    division(1, { idempotency_key: "k" }),
    division(2, { idempotency_key: "k" }),
  ]);
  expect(rows.map(({ outcome, problem: told }) => [outcome, told?.status])).toEqual([
    ["queued", undefined],
    ["known", undefined],
    ["refused", 409],
  ]);
  expect(rows[1]?.id).toBe(rows[0]?.id);
  expect(await queue.count()).toBe(1);
});

test("a row's key that is none is refused by itself", async () => {
  const { url } = await startProducer();
  const { rows } = await submitBatch(url, [
    division(1, { idempotency_key: "has spaces" }),
    division(2, { idempotency_key: "" }),
    division(3, { idempotency_key: 1 }),
  ]);
  for (const { problem: told } of rows) {
    expect([told?.status, told?.errors?.map(({ pointer }) => pointer)]).toEqual([
      422,
      ["/idempotency_key"],
    ]);
  }
});

test("two producers that are sent the same batch at once make each job once", async () => {
  const one = await startProducer();
  const other = await startProducer({ name: one.name });
  const key = { "idempotency-key": randomUUID() };
  const body = toLines(divisions(300));
  const [first, second] = await Promise.all([
    submitBatch(one.url, body, key),
    submitBatch(other.url, body, key),
  ]);
  expect(idsOf(first)).toEqual(idsOf(second));
  expect([first.refused, second.refused, await one.queue.count()]).toEqual([0, 0, 300]);
});

test.each([
  ["no rows", "", 400, /^the body has no rows/],
  ["blank lines alone", "\n\n", 400, /^the body has no rows/],
])("a body of %s is one error", async (_, body, status, detail) => {
  const { url } = await startProducer();
  expect(await readProblem(await postBatch(url, body))).toEqual(
    problem(status, expect.stringMatching(detail)),
  );
});

test.each([
  ["an object", "{}", "the body is no JSON array"],
  ["an empty array", "[]", expect.stringMatching(/^the body has no rows/)],
  ["a value that has no end", `[${JSON.stringify(division(1))}`, "the JSON array has no end"],
])("a body of JSON that is %s is one error, and queues nothing", async (_, body, detail) => {
  const { url, queue } = await startProducer();
  const response = await postBatch(url, body, { "content-type": "application/json" });
  expect(await readProblem(response)).toEqual(problem(400, detail));
  expect(await queue.count()).toBe(0);
});

test.each([
  ["text/plain", "the body must be sent as application/x-ndjson or application/json"],
  [`${ndjson}; charset=utf-16`, 'the body must be UTF-8, got the charset "utf-16"'],
])("a body of the type %s is answered 415, with the types that are taken", async (type, detail) => {
  const { url } = await startProducer();
  const response = await postBatch(url, toLines([division(1)]), { "content-type": type });
  expect(response.headers.get("accept")).toContain(ndjson);
  expect(await readProblem(response)).toEqual(problem(415, detail));
});

test.each(["has spaces", "", "a".repeat(124)])(
  'a batch with the Idempotency-Key "%s" is answered 400',
  async (key) => {
    const { url, queue } = await startProducer();
    const response = await postBatch(url, divisions(1), { "idempotency-key": key });
    expect(await readProblem(response)).toEqual(
      problem(
        400,
        "the Idempotency-Key of a batch must be 1 to 123 printable ASCII characters without spaces",
      ),
    );
    expect(await queue.count()).toBe(0);
  },
);

test.each([
  ["lines", toLines],
  ["an array", (rows: readonly object[]) => rows],
])(
  "of more than a thousand rows as %s, the first thousand are taken and the rest is told to be unread",
  async (_, send) => {
    const { url, queue } = await startProducer();
    const answer = await submitBatch(url, send(divisions(1_200)));
    expect([answer.queued, answer.rows.length, await queue.count()]).toEqual([1_000, 1_000, 1_000]);
    expect(answer.unread).toMatchObject({ status: 413, detail: "expected at most 1000 rows" });
  },
);

test("a body that says it has more than 4 MB is refused before anything of it is read", async () => {
  const { url, queue } = await startProducer();
  const response = await postBatch(url, `${toLines(divisions(10))}${" ".repeat(4_194_304)}`);
  expect(await readProblem(response)).toEqual(
    problem(413, "the body must not exceed 4194304 bytes"),
  );
  expect(await queue.count()).toBe(0);
});

test("errors are told in every row up to 256 KB of them, and in short from there on", async () => {
  const { url } = await startProducer();
  const wrong = { task: "quotient", input: { x: 1, y: 2, ["z".repeat(3_000)]: 1 } };
  const response = await postBatch(
    url,
    Array.from({ length: 1_000 }, () => wrong),
  );
  const text = await response.text();
  const { refused, rows } = JSON.parse(text);
  expect([response.status, refused]).toEqual([200, 1_000]);
  const told = rows.filter(({ problem: { errors } }: { problem: { errors?: unknown } }) => errors);
  expect([rows[0].problem.errors.length, rows.at(-1).problem.errors]).toEqual([1, undefined]);
  expect(told.length).toBeGreaterThan(100);
  expect(rows.at(-1).problem.detail).toBe('the input does not fit the task "quotient"');
  expect(text.length).toBeLessThan(600_000);
});

test("rows are read again by their ids as any job", async () => {
  const { url } = await startProducer();
  const { rows } = await submitBatch(url, divisions(1));
  expect(await readJob(url, rows[0]?.id ?? createRandomId())).toMatchObject({ status: "waiting" });
});
