import { setImmediate as untilSettled } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { createReadGate } from "../../../src/producer/jobs/read-gate.ts";

/** A read that ends when the test says so. */
function createRead() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { read: vi.fn<() => Promise<string>>(() => promise), resolve, reject };
}

const tooMany = expect.objectContaining({
  status: 503,
  kind: "too_many_reads",
  retryAfterSeconds: 1,
});

test("so many reads run at once, and the next ones in the order in which they came", async () => {
  const gate = createReadGate({ atOnce: 2, waiting: 2, waitMs: 60_000 });
  const reads = [createRead(), createRead(), createRead(), createRead()];
  const passed = reads.map(({ read }) => gate.pass(read));
  const begun = async () => {
    await untilSettled();
    return reads.map(({ read }) => read.mock.calls.length);
  };
  expect(await begun()).toEqual([1, 1, 0, 0]);
  reads[1]?.reject(new Error("away"));
  await expect(passed[1]).rejects.toThrow("away");
  expect(await begun()).toEqual([1, 1, 1, 0]);
  reads[0]?.resolve("read");
  expect([await passed[0], await begun()]).toEqual(["read", [1, 1, 1, 1]]);
  reads[2]?.resolve("read");
  reads[3]?.resolve("read");
  expect(await Promise.all([passed[2], passed[3]])).toEqual(["read", "read"]);

  const again = createRead();
  void gate.pass(again.read);
  await untilSettled();
  expect(again.read).toHaveBeenCalledTimes(1);
});

test("more than may wait are refused at once, and those that wait too long then", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const gate = createReadGate({ atOnce: 1, waiting: 1, waitMs: 1_000 });
  const [running, waiting, tooLate] = [createRead(), createRead(), createRead()];
  const first = gate.pass(running.read);
  const second = gate.pass(waiting.read).catch((error: unknown) => error);
  await expect(gate.pass(tooLate.read)).rejects.toEqual(tooMany);
  vi.advanceTimersByTime(1_000);
  expect(await second).toEqual(tooMany);

  running.resolve("read");
  expect(await first).toBe("read");
  expect([waiting.read, tooLate.read].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  const next = createRead();
  next.resolve("read");
  expect(await gate.pass(next.read)).toBe("read");
});
