import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Block, startBlockWatch } from "../../../src/worker/blocking/block-watch.ts";
import { type Clocks, clockMs, createClocks } from "../../../src/worker/blocking/clocks.ts";
import { until } from "../../support/until.ts";

const blockMs = 1_300;

function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
}

/** A watch whose guard's clock goes as the wall's, or stands still with the rest. */
function watchWith({ guardStops = false } = {}) {
  const blocks: Block[] = [];
  const guard = () => (guardStops ? 0 : Math.floor(performance.now() / clockMs));
  const clocks: Clocks = { ...createClocks(), read: guard };
  const watch = startBlockWatch(clocks, (seen) => blocks.push(seen));
  onTestFinished(() => watch.close());
  return { watch, blocks, reported: () => until("the report", () => blocks[0]) };
}

/** Another task that runs all the while. */
function neighbour() {
  const { promise, resolve } = Promise.withResolvers<void>();
  onTestFinished(() => resolve());
  return () => promise;
}

test("names the task whose call blocked, whatever ran beside it", async () => {
  const { watch, blocks, reported } = watchWith();
  void watch.track("calm", neighbour());
  await watch.track("greedy", async () => block());
  expect(await reported()).toMatchObject({ task: "greedy" });
  expect(blocks[0]?.ms).toBeGreaterThan(1_000);
  expect(blocks[0]?.ms).toBeLessThan(blockMs + 2_000);
});

test("names the task that blocked after a pause and ended", async () => {
  const { watch, reported } = watchWith();
  void watch.track("calm", neighbour());
  await watch.track("greedy", async () => {
    await turn();
    block();
  });
  expect(await reported()).toMatchObject({ task: "greedy" });
});

test("names the only task that ran", async () => {
  const { watch, reported } = watchWith();
  void watch.track("greedy", neighbour());
  await turn();
  block();
  expect(await reported()).toMatchObject({ task: "greedy", running: ["greedy"] });
});

test("names none where several ran and neither went on", async () => {
  const { watch, reported } = watchWith();
  void watch.track("one", neighbour());
  void watch.track("other", neighbour());
  await turn();
  block();
  expect(await reported()).toMatchObject({ task: undefined, running: ["one", "other"] });
});

test("does not take a process that was stopped as a whole for a blocked one", async () => {
  const { watch, blocks } = watchWith({ guardStops: true });
  await watch.track("calm", async () => block());
  const beats = performance.now();
  await until("some looks", () => performance.now() - beats > 3 * clockMs);
  expect(blocks).toEqual([]);
});
