import { expect, test } from "vitest";
import { planOwnRemoval } from "../../src/queue/fair-share.ts";
import type { EndedJobs } from "../../src/queue/ended-sample.ts";

const none: EndedJobs = { count: 0, sample: [] };

/** Bytes that have to go, as is said where successes go first. */
const successes = (bytes: number) => ({ succeeded: bytes, failed: 0 });

/** A tenth of so many jobs, weighed: of each owner so many, with so many bytes each. */
function sampled(
  ...groups: (readonly [owner: string | undefined, count: number, bytes: number])[]
): EndedJobs {
  const sample = groups.flatMap(([owner, count, bytes]) =>
    Array.from({ length: count }, (_, n) => ({ id: `${owner}-${n}`, owner, bytes })),
  );
  return { count: sample.length * 10, sample };
}

test("a client that has more than a quarter of the bytes gives its own jobs", () => {
  const succeeded = sampled(
    ["flood", 26, 100],
    ["b", 24, 100],
    ["c", 25, 100],
    [undefined, 25, 100],
  );
  expect(planOwnRemoval(successes(5_000), { succeeded, failed: none })).toEqual({
    owner: "flood",
    succeeded: 50,
    failed: 0,
  });
});

test("bytes count, and not jobs", () => {
  const succeeded = sampled(["many", 90, 10], ["large", 10, 1_000]);
  expect(planOwnRemoval(successes(1_500), { succeeded, failed: none })).toMatchObject({
    owner: "large",
    succeeded: 2,
  });
});

test("nobody gives more than others while each has a quarter at most", () => {
  const succeeded = sampled(["a", 25, 100], ["b", 25, 100], ["c", 25, 100], ["d", 25, 100]);
  expect(planOwnRemoval(successes(5_000), { succeeded, failed: none })).toBeUndefined();
  expect(planOwnRemoval(successes(5_000), { succeeded: none, failed: none })).toBeUndefined();
});

test("jobs of no client are nobody's share", () => {
  const succeeded = sampled([undefined, 90, 100], ["a", 10, 100]);
  expect(planOwnRemoval(successes(5_000), { succeeded, failed: none })).toBeUndefined();
});

test("a flood of failures gives failures before the successes of others go", () => {
  const succeeded = sampled(["b", 10, 100]);
  const failed = sampled(["flood", 100, 100]);
  expect(planOwnRemoval(successes(2_000), { succeeded, failed })).toEqual({
    owner: "flood",
    succeeded: 0,
    failed: 20,
  });
});

test("a flood of successes gives successes before the failures of others go", () => {
  const succeeded = sampled(["flood", 100, 100]);
  const failed = sampled(["a", 50, 100], ["b", 50, 100]);
  const excess = { succeeded: 1_000, failed: 2_000 };
  expect(planOwnRemoval(excess, { succeeded, failed })).toEqual({
    owner: "flood",
    succeeded: 30,
    failed: 0,
  });
});

test("of one client, successes go before failures", () => {
  const succeeded = sampled(["flood", 10, 100]);
  const failed = sampled(["flood", 100, 100]);
  expect(planOwnRemoval(successes(12_000), { succeeded, failed })).toEqual({
    owner: "flood",
    succeeded: 100,
    failed: 20,
  });
});

test("a large job that is drawn again and again does not make its client the one that has most", () => {
  const others = sampled(...Array.from({ length: 50 }, (_, n) => [`c${n}`, 2, 1_200] as const));
  const large = { id: "large", owner: "honest", bytes: 130_000 };
  const succeeded = { count: 100_000, sample: [...others.sample, large, large, large] };
  expect(planOwnRemoval(successes(5_000), { succeeded, failed: none })).toBeUndefined();
});
