import { expect, test } from "vitest";
import { postJson, readBody, readJob, untilFinal } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };
const dayMs = 86_400_000;
const mostMs = 365 * dayMs;

const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();

function createSender(url: string) {
  return (start: object, headers: Record<string, string> = {}) =>
    postJson(`${url}/api/v1/jobs`, { ...division, ...start }, headers);
}

test.each(["runAt", "delayMs"] as const)(
  "a job with %s says when it is due, waits until then, and runs",
  async (field) => {
    const { url, name } = await startProducer();
    await startWorker(name);
    const before = Date.now();
    const runAt = fromNow(1_500);
    const response = await createSender(url)(field === "runAt" ? { runAt } : { delayMs: 1_500 });
    const receipt = await readBody(response);
    expect(response.status).toBe(202);
    expect(receipt).toMatchObject({ status: "waiting", waiting: { reason: "delayed" } });
    const due = Date.parse(receipt.waiting.retry_at);
    expect(due).toBeGreaterThanOrEqual(field === "runAt" ? Date.parse(runAt) : before + 1_500);
    expect(due).toBeLessThan(field === "runAt" ? Date.parse(runAt) + 1 : Date.now() + 1_500);
    expect((await readJob(url, receipt.id)).waiting).toEqual(receipt.waiting);
    const page = await (await fetch(`${url}/jobs/${receipt.id}`)).text();
    expect(page).toContain(`<time datetime="${receipt.waiting.retry_at}" data-exact>`);
    const { status, started_at: startedAt = "" } = await untilFinal(url, receipt.id);
    expect(status).toBe("succeeded");
    expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(due);
  },
);

test.each([
  ["a runAt that is over", { runAt: "2001-02-03T04:05:06+07:00" }],
  ["a delayMs of 0", { delayMs: 0 }],
])("a job with %s runs at once", async (_, start) => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const receipt = await readBody(await createSender(url)(start));
  expect(receipt.waiting).toBeUndefined();
  expect((await untilFinal(url, receipt.id)).status).toBe("succeeded");
});

const timeExpected =
  'expected a time with its offset, such as "2026-12-01T02:00:00Z", at most 365 days ahead';
const delayExpected = `expected a whole number from 0 to ${mostMs}`;

test.each([
  ["a runAt without an offset", { runAt: "2026-12-01T02:00:00" }, timeExpected],
  ["a runAt of no day", { runAt: "2026-02-30T02:00:00Z" }, timeExpected],
  ["a runAt that is no text", { runAt: 1_764_554_400_000 }, timeExpected],
  ["a runAt of null", { runAt: null }, timeExpected],
  ["a runAt of a long text", { runAt: "x".repeat(30_000) }, timeExpected],
  ["a runAt that is too far ahead", { runAt: fromNow(mostMs + dayMs) }, timeExpected],
  ["a negative delayMs", { delayMs: -1 }, delayExpected],
  ["a delayMs that is no whole number", { delayMs: 1.5 }, delayExpected],
  ["a delayMs that is a text", { delayMs: "100" }, delayExpected],
  ["a delayMs that is too long", { delayMs: mostMs + 1 }, delayExpected],
  ["both", { delayMs: 1, runAt: "2026-12-01T02:00:00Z" }, "expected one of them"],
])("%s is refused by field, and queues nothing", async (_, start: object, told) => {
  const { url, queue } = await startProducer();
  const pointer = `/${Object.keys(start)[0]}`;
  expect(await readProblem(await createSender(url)(start))).toEqual(
    problem(422, "when to start is not usable", {
      errors: [{ pointer, detail: expect.stringMatching(`^got .{1,100}${told}$`) }],
    }),
  );
  expect(await queue.count()).toBe(0);
});

test("the furthest times are taken", async () => {
  const { url } = await startProducer();
  const send = createSender(url);
  for (const start of [{ runAt: fromNow(mostMs) }, { delayMs: mostMs }]) {
    expect((await send(start)).status).toBe(202);
  }
});

test("an Idempotency-Key stands for one runAt or delayMs, as it was said", async () => {
  const { url, queue } = await startProducer();
  const send = createSender(url);
  const at = fromNow(dayMs);
  const sameElsewhere = at.replace("Z", "+00:00");
  const past = { runAt: "2001-02-03T04:05:06Z" };
  const cases: readonly [key: string, first: object, again: object, other: readonly object[]][] = [
    ["instant", { runAt: at }, { runAt: sameElsewhere }, [{}, { runAt: fromNow(2 * dayMs) }]],
    ["delay", { delayMs: dayMs }, { delayMs: dayMs }, [{}, { delayMs: 1 }, { runAt: at }]],
    ["over", past, past, [{}, { runAt: at }]],
    ["none", {}, { delayMs: 0 }, [{ delayMs: 1 }, past]],
  ];
  for (const [key, first, again, others] of cases) {
    const headers = { "idempotency-key": key };
    const { id } = await readBody(await send(first, headers));
    const replay = await send(again, headers);
    expect([replay.headers.get("idempotency-replayed"), (await readBody(replay)).id]).toEqual([
      "true",
      id,
    ]);
    for (const other of others) {
      expect(await readProblem(await send(other, headers))).toEqual(
        problem(409, "this Idempotency-Key was used before with another runAt or delayMs"),
      );
    }
  }
  expect(await queue.getJobCountByTypes()).toBe(cases.length);
});

test("jobs that are due later count among the client's unfinished ones, and among what waits", async () => {
  const limited = await startProducer({ limits: { unfinishedPerClient: 1 } });
  const full = await startProducer({ limits: { queueDepth: 1 } });
  const [client, queue] = [createSender(limited.url), createSender(full.url)];
  expect([(await client({ delayMs: dayMs })).status, (await client({})).status]).toEqual([
    202, 429,
  ]);
  expect((await queue({ delayMs: dayMs })).status).toBe(202);
  await until("no more to be taken", async () => (await queue({ delayMs: dayMs })).status === 503);
});
