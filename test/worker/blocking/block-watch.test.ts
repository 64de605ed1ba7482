import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type Block, startBlockWatch } from "../../../src/worker/blocking/block-watch.ts";
import { type Clocks, clockMs, createClocks } from "../../../src/worker/blocking/clocks.ts";
import { until } from "../../support/until.ts";

const blockMs = 1_300;

function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
}

/** A watch whose guard's clock goes as the wall's until it is stopped with the rest. */
function startWatch() {
  const blocks: Block[] = [];
  let stoppedAt: number | undefined;
  const guard = () => stoppedAt ?? performance.now();
  const clocks: Clocks = { ...createClocks(), read: guard };
  const watch = startBlockWatch(clocks, (seen) => blocks.push(seen));
  onTestFinished(() => watch.close());
  const reported = (count = 1) => until("the report", () => blocks[count - 1]);
  const stopGuard = () => (stoppedAt = performance.now());
  return { watch, blocks, reported, stopGuard };
}

async function untilLater(ms: number): Promise<void> {
  const startedAt = performance.now();
  await until("time to pass", () => performance.now() - startedAt > ms);
}

/** Another task that runs all the while. */
function neighbour() {
  const { promise, resolve } = Promise.withResolvers<void>();
  onTestFinished(() => resolve());
  return () => promise;
}

test("names the task whose call blocked, whatever ran beside it", async () => {
  const { watch, blocks, reported } = startWatch();
  void watch.track("calm", neighbour());
  await watch.track("greedy", async () => block());
  expect(await reported()).toMatchObject({ task: "greedy" });
  expect(blocks[0]?.ms).toBeGreaterThan(1_000);
  expect(blocks[0]?.ms).toBeLessThan(blockMs + 2_000);
});

test("names the task that blocked after a pause and ended", async () => {
  const { watch, reported } = startWatch();
  void watch.track("calm", neighbour());
  await watch.track("greedy", async () => {
    await turn();
    block();
  });
  expect(await reported()).toMatchObject({ task: "greedy" });
});

test("names the task whose call blocked, whichever goes on after it in the same turn", async () => {
  const { watch, reported } = startWatch();
  const { promise, resolve } = Promise.withResolvers<void>();
  void watch.track("calm", () => promise);
  const rest = neighbour();
  void watch.track("greedy", () => {
    block();
    resolve();
    return rest();
  });
  expect(await reported()).toMatchObject({ task: "greedy" });
});

test("names of two blocks each one's own task", async () => {
  const { watch, reported } = startWatch();
  void watch.track("calm", neighbour());
  await watch.track("greedy", async () => block());
  expect(await reported(1)).toMatchObject({ task: "greedy" });
  await watch.track("greedier", async () => block());
  expect(await reported(2)).toMatchObject({ task: "greedier" });
});

test("names the only task that ran", async () => {
  const { watch, reported } = startWatch();
  void watch.track("greedy", neighbour());
  await turn();
  block();
  expect(await reported()).toMatchObject({ task: "greedy", running: ["greedy"] });
});

test("names none where several ran and neither went on", async () => {
  const { watch, reported } = startWatch();
  void watch.track("one", neighbour());
  void watch.track("other", neighbour());
  await turn();
  block();
  expect(await reported()).toMatchObject({ task: undefined, running: ["one", "other"] });
});

test("does not take a process that was stopped as a whole for a blocked one", async () => {
  const { watch, blocks, stopGuard } = startWatch();
  // What the guard counted before is no sign that it ran on.
  await untilLater(blockMs);
  stopGuard();
  await watch.track("calm", async () => block());
  await untilLater(3 * clockMs);
  expect(blocks).toEqual([]);
});
