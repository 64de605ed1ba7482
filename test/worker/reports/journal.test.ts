import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StoredLine } from "../../../src/queue/job-log.ts";
import { type Batch, openJournal } from "../../../src/worker/reports/journal.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lineOf = (message: string): StoredLine => ({ at: 0, level: "info", attempt: 1, message });

/** A journal, what it has written, and what ends the write that is under way. */
function open() {
  const written: Batch[] = [];
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const losses: unknown[] = [];
  const journal = openJournal(
    (batch) => {
      written.push(batch);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      ends.push({ resolve, reject });
      return promise;
    },
    (error) => losses.push(error),
  );
  return { journal, written, ends, losses };
}

test("writes a moment later, the last progress and every line", async () => {
  const { journal, written } = open();
  journal.progress({ fraction: 0.1 });
  journal.progress({ fraction: 0.2, text: "two" });
  journal.log([lineOf("a")], 0);
  journal.log([lineOf("b")], 0);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(250);
  expect(written).toEqual([
    {
      progress: { fraction: 0.2, text: "two" },
      lines: [
        "1970-01-01T00:00:00.000Z info attempt 1: a",
        "1970-01-01T00:00:00.000Z info attempt 1: b",
      ],
      count: 2,
    },
  ]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toHaveLength(1);
});

test("writes four times a second at most, and waits for the write before", async () => {
  const { journal, written, ends } = open();
  for (let ms = 0; ms < 10_000; ms += 10) {
    journal.progress({ fraction: ms / 10_000 });
    await vi.advanceTimersByTimeAsync(10);
    // From the second on, Redis is away.
    if (ms < 1_000) ends.at(-1)?.resolve();
  }
  expect(written.length).toBeLessThanOrEqual(5);
  journal.progress({ fraction: 1 });
  journal.close();
  expect(written.at(-1)?.progress).toEqual({ fraction: 1 });
});

test("keeps no more than the log would, and counts all", () => {
  const { journal, written } = open();
  for (let n = 0; n < 10_000; n += 1) journal.log([lineOf(String(n))], 1);
  journal.close();
  expect(written[0]?.lines).toHaveLength(200);
  expect(written[0]?.lines.at(-1)).toMatch(/: 9999$/);
  expect(written[0]?.count).toBe(20_000);
});

test("keeps no more bytes than the log would", () => {
  const { journal, written } = open();
  for (let n = 0; n < 200; n += 1) journal.log([lineOf("é".repeat(1_900))], 0);
  journal.close();
  expect(Buffer.byteLength(written[0]?.lines.join("") ?? "")).toBeLessThanOrEqual(65_536);
});

test("writes nothing where nothing was told, and nothing twice at the end", async () => {
  const { journal, written, ends } = open();
  journal.close();
  expect(written).toEqual([]);
  journal.log([lineOf("a")], 0);
  journal.close();
  ends[0]?.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toHaveLength(1);
});

test("says once that a write was refused, and goes on", async () => {
  const { journal, written, ends, losses } = open();
  for (const text of ["a", "b"]) {
    journal.log([lineOf(text)], 0);
    await vi.advanceTimersByTimeAsync(250);
    ends.at(-1)?.reject(new Error("OOM"));
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(written).toHaveLength(2);
  expect(losses).toEqual([new Error("OOM")]);
});
