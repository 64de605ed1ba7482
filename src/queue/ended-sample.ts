import type { ByOutcome } from "./budget.ts";
import type { EndedSource, WeighedJob } from "./ended-source.ts";

/** Of so many, these were weighed. */
export interface EndedJobs {
  readonly count: number;
  readonly sample: readonly WeighedJob[];
}

type Outcome = keyof ByOutcome;

/** What is known of the jobs that have ended. */
export interface EndedSample {
  /** Draws as many as a judgement needs that were not drawn of late. */
  take(): Promise<Readonly<Record<Outcome, EndedJobs>>>;
  /** So many jobs of the owner were removed. */
  leave(owner: string, removed: ByOutcome): void;
}

/**
 * Of both outcomes together. The worst case are the largest jobs, of 195 KB with their logs, beside the
 * smallest, of 1.2 KB. Of a client that has a third of all bytes in them, 37 are drawn on average, and 26 make a
 * quarter of what was drawn: by Poisson's distribution that is so with 98 %. With a tenth of the bytes
 * a client is taken for one that has a quarter once in a million times, with an eighth once in 17,000.
 * Where a task has results of the 256 KB that it may have at most, which makes jobs of 390 KB, it is
 * 94 %, and once in 2,300 and 260.
 * In between chance has a say. Of 1,024 draws, 3 are of such a third on average, which tells nothing.
 */
const enough = 12_288;
/** Drawn each time, so that what has come of late is seen. */
const fewest = 128;
/** A draw tells of what is kept for so long: a hundred sweeps in a row. */
const knownMs = 10_000;

/**
 * Draws, and remembers what was drawn: of 100,000 jobs, the 8,192 draws of a first judgement were measured
 * to cost Redis 80 ms, in steps of less than one, and each that followed in a hurry 1.1 to 1.5 ms.
 */
export function createEndedSample(
  { count, draw }: EndedSource,
  now: () => number = () => performance.now(),
): EndedSample {
  const known = { succeeded: createDrawn(), failed: createDrawn() };
  const take = async (outcome: Outcome, counts: ByOutcome): Promise<EndedJobs> => {
    const drawn = known[outcome];
    const all = counts[outcome];
    if (all === 0) return { count: 0, sample: [] };
    const most = Math.max(fewest, Math.ceil((enough * all) / (counts.succeeded + counts.failed)));
    drawn.forget(now() - knownMs, most);
    const lacking = Math.min(all, most) - drawn.jobs().length;
    drawn.add(await draw(outcome, Math.max(fewest, lacking)), now(), all);
    drawn.forget(now() - knownMs, most);
    return { count: all, sample: drawn.jobs() };
  };
  const counts: Record<Outcome, number> = { succeeded: 0, failed: 0 };
  return {
    async take() {
      Object.assign(counts, await count());
      const succeeded = await take("succeeded", counts);
      const failed = await take("failed", counts);
      return { succeeded, failed };
    },
    leave(owner, removed) {
      for (const outcome of ["succeeded", "failed"] as const) {
        const drawn = known[outcome];
        const drawnOfEach = drawn.jobs().length / Math.max(1, counts[outcome]);
        drawn.leave(owner, Math.round(removed[outcome] * drawnOfEach));
        counts[outcome] -= removed[outcome];
      }
    },
  };
}

/** What was drawn of one outcome, the oldest first. */
function createDrawn() {
  let drawn: readonly { readonly at: number; readonly job: WeighedJob }[] = [];
  return {
    jobs: (): readonly WeighedJob[] => drawn.map(({ job }) => job),
    /** Of so many; where all of them were drawn, nothing older tells more. */
    add(jobs: readonly WeighedJob[], at: number, count: number): void {
      const latest = jobs.map((job) => ({ at, job }));
      drawn = jobs.length >= count ? latest : [...drawn, ...latest];
    },
    /** Forgets what was drawn before, and the oldest of more than so many. */
    forget(before: number, most: number): void {
      drawn = drawn.filter(({ at }) => at >= before).slice(-most);
    },
    /** Forgets so many of the owner's. */
    leave(owner: string, gone: number): void {
      const own = drawn.filter(({ job }) => job.owner === owner);
      const forgotten = new Set(own.slice(0, gone));
      drawn = drawn.filter((known) => !forgotten.has(known));
    },
  };
}
