import { ROOT_CONTEXT } from "@opentelemetry/api";
import { setImmediate as nextRound } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RowBytes } from "../../../src/producer/http/row-bytes.ts";
import { type BatchDeps, type Row, submitBatch } from "../../../src/producer/jobs/batch.ts";
import { createRowRefusals } from "../../../src/producer/jobs/batch-answer.ts";
import { parseRows } from "../../../src/producer/jobs/batch-rows.ts";
import { createTurns } from "../../../src/service/turns.ts";
import { until } from "../../support/until.ts";

/** Rows of one byte, each of which is noted as it is asked for. */
async function* rowsOf(count: number, note: (row: number) => void): AsyncGenerator<Row> {
  for (let row = 1; row <= count; row += 1) {
    note(row);
    yield { row, size: 1, read: () => ({ task: "quotient", input: {} }) };
  }
}

/** Short rows, and after each one that is too long. */
async function* pairsOf(count: number): AsyncGenerator<RowBytes> {
  for (let row = 1; row <= 2 * count; row += 1) {
    yield { row, bytes: row % 2 === 0 ? undefined : Buffer.from("{}") };
  }
}

function send(deps: Pick<BatchDeps, "submit" | "turns">, rows: AsyncIterable<Row>) {
  const common = {
    client: "203.0.113.1",
    source: "api",
    context: ROOT_CONTEXT,
    pointer: "/input",
  } as const;
  const batch = { rows, idempotencyKey: undefined, common, count: async () => undefined };
  return submitBatch({ ...deps, refuse: createRowRefusals() }, batch);
}

async function submitOne() {
  return { id: "one", replayed: false };
}

test("rows that yield one job are told as new once, and as known from then on", async () => {
  const { results } = await send(
    { submit: submitOne, turns: createTurns(1) },
    rowsOf(3, () => undefined),
  );
  expect(results).toEqual([
    { row: 1, outcome: "queued", id: "one" },
    { row: 2, outcome: "known", id: "one" },
    { row: 3, outcome: "known", id: "one" },
  ]);
});

test("rows are read only as fast as they are taken, 128 ahead at most", async () => {
  const held: (() => void)[] = [];
  const submit = async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return { id: String(held.length), replayed: false };
  };
  let asked = 0;
  const sending = send(
    { submit, turns: createTurns(100) },
    rowsOf(1_000, (row) => {
      asked = row;
    }),
  );
  // Three pieces of 32 are under way, and the fourth waits.
  await until("the fourth piece to be read", () => asked === 128);
  expect([asked, held.length]).toEqual([128, 96]);
  const release = () => held.splice(0).forEach((resolve) => resolve());
  const timer = setInterval(release, 1);
  const { results } = await sending;
  clearInterval(timer);
  expect(results.length).toBe(1_000);
});

test("of all batches together no more pieces are under way than there are turns, the first that came first", async () => {
  const turns = createTurns(2);
  let running = 0;
  let most = 0;
  const submit = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { id: "any", replayed: true };
  };
  const all = await Promise.all(
    Array.from({ length: 5 }, () =>
      send(
        { submit, turns },
        rowsOf(100, () => undefined),
      ),
    ),
  );
  expect(all.every(({ results }) => results.length === 100)).toBe(true);
  expect(most).toBeLessThanOrEqual(2 * 32);
});

test("a row that is too long is sent with those before it, which would keep what it came in alive", async () => {
  let asked = 0;
  async function* noted() {
    for await (const row of parseRows(pairsOf(20), { maxBytes: 65_536 })) {
      asked = row.row;
      yield row;
    }
  }
  const turns = createTurns(1);
  // Nothing goes on to Redis: what is read until then is held.
  const release = await turns.take();
  const sending = send({ submit: submitOne, turns }, noted());
  await until("the first pair to be read", () => asked === 2);
  await nextRound();
  expect(asked).toBe(2);
  release();
  const { results } = await sending;
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(40).fill("refused"));
});
