import { expect, onTestFinished, test, vi } from "vitest";
import type { History } from "../../../src/producer/overview/history.ts";
import { openOverview } from "../../../src/producer/overview/overview.ts";
import { createSnapshot, type OverviewSnapshot } from "../../../src/producer/overview/snapshot.ts";

test("takes a snapshot a second while somebody watches, and every five seconds otherwise", async () => {
  const { overview, history } = startOverview();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(history.snapshots).toHaveLength(4);
  const stream = overview.watch();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(history.snapshots).toHaveLength(24);
  stream.destroy();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(history.snapshots).toHaveLength(28);
});

test("takes one snapshot for many readers of the page", async () => {
  const { overview, history } = startOverview();
  const answers = await Promise.all(Array.from({ length: 100 }, () => overview.current()));
  await overview.current();
  expect([new Set(answers).size, history.snapshots.length]).toEqual([1, 1]);
});

test("lets 200 watch at once, and another as soon as one has left", async () => {
  const { overview } = startOverview();
  const streams = Array.from({ length: 200 }, () => overview.watch());
  expect(() => overview.watch()).toThrow(expect.objectContaining({ kind: "too_many_streams" }));
  streams[0]?.destroy();
  await vi.advanceTimersByTimeAsync(0);
  expect(overview.watch().writable).toBe(true);
});

test("ends a stream after ten minutes, so that no page is watched for ever", async () => {
  const { overview } = startOverview();
  const stream = overview.watch();
  await vi.advanceTimersByTimeAsync(599_000);
  expect(stream.writableEnded).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stream.writableEnded).toBe(true);
});

/** An overview of a queue that is not there, on a clock that the test moves. */
function startOverview() {
  vi.useFakeTimers({
    toFake: ["setInterval", "clearInterval", "performance", "Date"],
  });
  const snapshots: OverviewSnapshot[] = [];
  const history: History = {
    snapshots,
    endedBetween: () => undefined,
    async take() {
      const fresh = createSnapshot(Date.now(), undefined, []);
      snapshots.push(fresh);
      return [fresh];
    },
  };
  const overview = openOverview(history, { keep: async () => undefined });
  onTestFinished(() => {
    overview.close();
    vi.useRealTimers();
  });
  return { overview, history };
}
