import { expect, test } from "vitest";
import { createEndedSample } from "../../src/queue/ended-sample.ts";
import type { EndedSource, WeighedJob } from "../../src/queue/ended-source.ts";
import { planOwnRemoval } from "../../src/queue/fair-share.ts";

const shortages = 40;
const excess = { succeeded: 1_000_000, failed: 0 };

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function createRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e_37_79_b1);
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Small jobs of as many clients, and so many large ones of one client. */
function createKept(small: number, large: number, bytes: number): WeighedJob[] {
  return Array.from({ length: small + large }, (_, n) =>
    n < small
      ? { id: `small-${n}`, owner: `client-${n}`, bytes: 1_200 }
      : { id: `large-${n}`, owner: "large", bytes },
  );
}

/** Draws from succeeded jobs, and keeps an account of it. */
function createSource(jobs: WeighedJob[], random: () => number = createRandom(1)) {
  const drawn: number[] = [];
  const source: EndedSource = {
    count: async () => ({ succeeded: jobs.length, failed: 0 }),
    draw: async (_, wanted) => {
      drawn.push(wanted);
      if (jobs.length <= wanted) return [...jobs];
      return Array.from({ length: wanted }, () => {
        const job = jobs[Math.floor(random() * jobs.length)];
        if (job === undefined) throw new Error("nothing was drawn, expected a job");
        return job;
      });
    },
  };
  return { source, drawn };
}

/** Whom the first judgement of each of so many shortages takes for the one that has most. */
async function judge(jobs: WeighedJob[]): Promise<(string | undefined)[]> {
  const judged: (string | undefined)[] = [];
  for (let seed = 1; seed <= shortages; seed += 1) {
    const sample = createEndedSample(createSource(jobs, createRandom(seed)).source);
    judged.push(planOwnRemoval(excess, await sample.take())?.owner);
  }
  return judged;
}

test.each([
  { large: 1_400, bytes: 64_000, found: 39 },
  { large: 700, bytes: 130_000, found: 38 },
])(
  "a client with a third of the bytes in $large of 150,000 jobs is found",
  async ({ large, bytes, found }) => {
    const judged = await judge(createKept(150_000 - large, large, bytes));
    expect(judged.filter((owner) => owner === "large").length).toBeGreaterThanOrEqual(found);
    expect(judged.filter((owner) => owner !== "large" && owner !== undefined)).toEqual([]);
  },
);

test.each([
  { large: 1, bytes: 130_000 },
  { large: 150, bytes: 130_000 },
  { large: 300, bytes: 64_000 },
])(
  "a client with a tenth of the bytes or less is not taken for one that has most: $large of 150,000 jobs",
  async ({ large, bytes }) => {
    const judged = await judge(createKept(150_000 - large, large, bytes));
    expect(new Set(judged)).toEqual(new Set([undefined]));
  },
);

test("a shortage that goes on costs a few draws a sweep, and what was drawn is forgotten", async () => {
  let now = 0;
  const jobs = createKept(100_000, 0, 0);
  const { source, drawn } = createSource(jobs);
  const sample = createEndedSample(source, () => now);
  for (let sweep = 0; sweep < 100; sweep += 1) {
    expect((await sample.take()).succeeded.sample.length).toBe(12_288);
    now += 100;
  }
  expect(drawn).toEqual([12_288, ...Array.from({ length: 99 }, () => 128)]);
  jobs.splice(0, jobs.length, ...createKept(99_000, 1_000, 64_000));
  now += 10_001;
  expect(planOwnRemoval(excess, await sample.take())).toMatchObject({ owner: "large" });
  expect(drawn.at(-1)).toBe(12_288);
});

test("of few jobs each is weighed once, then some again", async () => {
  const { source, drawn } = createSource(createKept(3_000, 0, 0));
  const sample = createEndedSample(source);
  const { succeeded } = await sample.take();
  expect(new Set(succeeded.sample.map(({ id }) => id)).size).toBe(3_000);
  await sample.take();
  expect(drawn).toEqual([3_000, 128]);
});

test("a client whose jobs have gone has no longer most", async () => {
  const jobs = createKept(99_000, 1_000, 64_000);
  const sample = createEndedSample(createSource(jobs).source);
  const own = planOwnRemoval(excess, await sample.take());
  expect(own).toMatchObject({ owner: "large", failed: 0 });
  jobs.splice(99_000, 900);
  sample.leave("large", { succeeded: 900, failed: 0 });
  expect(planOwnRemoval(excess, await sample.take())).toBeUndefined();
});
