import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "#task";

/** Numbers that are looked at in one go: some milliseconds, after which the job can be stopped. */
const rangeLength = 1_000_000;

export default defineTask({
  title: "Count primes",
  description: "Counts the primes up to a number, a million numbers at a time.",
  input: z.strictObject({
    upTo: z.int().min(2).max(1_000_000_000).meta({
      title: "Up to",
      description: "The last number to look at, 2 to 1000000000, which takes some seconds.",
    }),
  }),
  examples: [
    { input: { upTo: 1_000_000 }, result: { count: 78_498, largest: 999_983 } },
    { input: { upTo: 100 }, result: { count: 25, largest: 97 } },
  ],
  timeLimitMs: 300_000,
  // It computes all the time: in a process of its own that stops nothing else, and in a line of its own.
  isolated: true,
  queue: "slow",

  async run({ upTo }, job) {
    const factors = listSmallPrimes(Math.floor(Math.sqrt(upTo)));
    const ranges = Math.ceil(upTo / rangeLength);
    let count = 0;
    let largest: number | undefined;
    for (let done = 1; done <= ranges; done += 1) {
      const to = Math.min(done * rangeLength, upTo);
      const found = countPrimes((done - 1) * rangeLength + 1, to, factors);
      count += found.count;
      largest = found.largest ?? largest;

      job.progress(done / ranges, `${group(count)} primes up to ${group(to)}`);
      // A line for each tenth of the way.
      if (tenths(done, ranges) > tenths(done - 1, ranges)) {
        job.log.info(`counted up to ${group(to)}`, { count, largest });
      }
      // Lets the signal be heard, and throws once it has aborted.
      await nextTurn(undefined, { signal: job.signal });
    }
    return { count, largest };
  },
});

/** The primes from `from` to `to`; `factors` are all primes up to the root of `to`, or more. */
function countPrimes(from: number, to: number, factors: readonly number[]) {
  // By their distance from `from`.
  const isComposite = new Uint8Array(to - from + 1);
  if (from === 1) isComposite[0] = 1;
  for (const factor of factors) {
    if (factor * factor > to) break;
    const first = Math.max(factor * factor, Math.ceil(from / factor) * factor);
    for (let at = first - from; at < isComposite.length; at += factor) isComposite[at] = 1;
  }
  let count = 0;
  for (const mark of isComposite) if (mark === 0) count += 1;
  return { count, largest: count === 0 ? undefined : from + isComposite.lastIndexOf(0) };
}

function listSmallPrimes(upTo: number): number[] {
  const primes: number[] = [];
  for (let number = 2; number <= upTo; number += 1) {
    const factor = primes.find((prime) => prime * prime > number || number % prime === 0);
    if (factor === undefined || factor * factor > number) primes.push(number);
  }
  return primes;
}

function tenths(done: number, ranges: number): number {
  return Math.floor((done * 10) / ranges);
}

function group(number: number): string {
  return number.toLocaleString("en");
}
