import { expect, test } from "vitest";
import { openFakeServer } from "../support/fake-server.ts";
import { createFixtureClient } from "../support/fixture-client.ts";

const submissions = Array.from({ length: 50 }, (_, x) => ({
  task: "quotient" as const,
  input: { x, y: 1, delayMs: 0 },
  key: `key-${x}`,
}));
const keys = submissions.map(({ key }) => key);

/**
 * Takes jobs, so many in all, and tells how many were on their way at a time at most. It answers
 * none before so many have come together.
 */
async function openTaker(
  most = Infinity,
  onTaken: (count: number) => void = () => {},
  together = 1,
) {
  let taken = 0;
  let now = 0;
  let peak = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const url = await openFakeServer((request, response) => {
    peak = Math.max(peak, (now += 1));
    if (peak === together) begin();
    const answer = () => {
      now -= 1;
      if (taken >= most) {
        response.writeHead(503, { "retry-after": "1" }).end();
        return;
      }
      taken += 1;
      onTaken(taken);
      const id = `of-${String(request.headers["idempotency-key"])}`;
      const job = { id, task: "quotient", status: "waiting" };
      response.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify(job));
    };
    request.resume().on("end", () => void begun.then(() => setTimeout(answer, 2)));
  });
  return { url, peak: () => peak };
}

test("sends no more at a time than it may", async () => {
  const { url, peak } = await openTaker(Infinity, () => {}, 3);
  const outcomes = await createFixtureClient({ url }).submitMany(submissions, { concurrency: 3 });
  expect(outcomes.map(({ job }) => job?.id)).toEqual(keys.map((key) => `of-${key}`));
  expect(peak()).toBe(3);
});

test("gives all up that are left when nothing was taken for its time, and tells of each", async () => {
  const { url } = await openTaker(20);
  const outcomes = await createFixtureClient({ url, retryMs: 1_500 }).submitMany(submissions);
  expect(outcomes.map(({ key }) => key)).toEqual(keys);
  expect(outcomes.filter(({ job }) => job !== undefined)).toHaveLength(20);
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error.message]));
  // Eight were on their way.
  const unsent = errors.filter((message) => message.startsWith("it was not sent, as one before"));
  expect([errors.length, unsent.length]).toEqual([30, 22]);
});

test("a signal ends all that are left, and what was taken is told all the same", async () => {
  const aborting = new AbortController();
  const { url } = await openTaker(Infinity, (count) => {
    if (count === 10) aborting.abort(new Error("enough"));
  });
  const { signal } = aborting;
  const outcomes = await createFixtureClient({ url }).submitMany(submissions, { signal });
  expect(outcomes.map(({ key }) => key)).toEqual(keys);
  const taken = outcomes.filter(({ job }) => job !== undefined).length;
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error.message]));
  expect([taken + errors.length, new Set(errors)]).toEqual([50, new Set(["enough"])]);
  expect(taken).toBeGreaterThan(0);
});

test("what JSON cannot hold is told of that one alone", async () => {
  const { url } = await openTaker();
  const bad = { task: "quotient" as const, input: { x: 1n as unknown as number, y: 1 } };
  const [one, other] = await createFixtureClient({ url }).submitMany([bad, ...submissions]);
  expect([one?.error?.name, other?.job?.id]).toEqual(["TypeError", "of-key-0"]);
});
