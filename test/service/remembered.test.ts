import { expect, onTestFinished, test, vi } from "vitest";
import { renew } from "../../src/service/remembered.ts";

const limits = { ms: 1_000, pauseMs: 100 };

test("what is outdated is read anew, but so often at most", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let reads = 0;
  const list = renew(limits, async () => ++reads);
  expect([await list.get(), await list.get()]).toEqual([1, 1]);

  list.outdate();
  const asked = [list.get(), list.get()];
  vi.advanceTimersByTime(50);
  // It is still to be read: what happens until then is in it.
  list.outdate();
  asked.push(list.get());
  expect(reads).toBe(1);
  vi.advanceTimersByTime(50);
  expect(await Promise.all(asked)).toEqual([2, 2, 2]);

  vi.advanceTimersByTime(999);
  expect(await list.get()).toBe(2);
  vi.advanceTimersByTime(1);
  expect(await list.get()).toBe(3);
});

test("what is outdated while it is read is told only to those who asked before", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const answers: ((text: string) => void)[] = [];
  const list = renew(limits, () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    answers.push(resolve);
    return promise;
  });
  const early = list.get();
  list.outdate();
  const late = list.get();
  vi.advanceTimersByTime(100);
  await vi.waitFor(() => expect(answers.length).toBe(2));
  answers[0]?.("old");
  answers[1]?.("new");
  expect([await early, await late, await list.get()]).toEqual(["old", "new", "new"]);
});

test("a read that fails is not remembered", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let reads = 0;
  const list = renew(limits, async () => {
    reads += 1;
    if (reads === 1) throw new Error("away");
    return reads;
  });
  await expect(list.get()).rejects.toThrow("away");
  const again = list.get();
  vi.advanceTimersByTime(100);
  expect(await again).toBe(2);
});
