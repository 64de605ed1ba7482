import type { FailureClass } from "../../contract/failures.ts";
import type { FilterState, JobFilter } from "../../contract/job-filter.ts";

/** A job as the index knows it; times are Unix times in ms, and undefined where they are not known. */
export interface IndexedJob {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly state: FilterState;
  readonly createdAt: number | undefined;
  /** From when on it could have started, had a worker been free. */
  readonly readyAt: number | undefined;
  /** When its last attempt started. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Until its first attempt started, in ms. */
  readonly waitedMs: number | undefined;
  /** How long its last attempt took, in ms. */
  readonly ranMs: number | undefined;
  /** Attempts that have ended. */
  readonly attempts: number;
  /** Of a job that has failed. */
  readonly failureClass: FailureClass | undefined;
  /** The fingerprint of that failure. */
  readonly group: string | undefined;
  readonly submitter: string | undefined;
  /** The release that ran it last. */
  readonly release: string | undefined;
}

/** What jobs are sorted by: the latest, or the longest, first; those without it last. */
export const jobSorts = ["created", "ended", "waited", "ran"] as const;
export type JobSort = (typeof jobSorts)[number];

/** A place between two jobs: behind that one, or before it. It stays where it is while jobs come and go. */
export interface JobCursor {
  readonly side: "before" | "after";
  /** What that job is sorted by, if it has it. */
  readonly value: number | undefined;
  readonly id: string;
}

export interface IndexedPage {
  readonly jobs: readonly IndexedJob[];
  /** Whether there are others before and behind these. */
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
}

/** How many jobs match in each state, whatever states the filter names. */
export type StateCounts = Readonly<Record<FilterState, number>>;

/** Jobs that have failed alike. */
export interface FailureGroup {
  readonly group: string;
  readonly task: string;
  readonly failureClass: FailureClass;
  /** The message, with `#` for what differs from job to job. */
  readonly message: string;
  readonly count: number;
  /** Unix times in ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Failures in equal parts of the time from `fromMs` to `toMs`. */
  readonly buckets: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly releases: readonly string[];
}

/** How far the index is behind what it tells of. */
export interface IndexStanding {
  /** `starting` until it has read of Redis for the first time; `lost` while that is away. */
  readonly phase: "starting" | "scanning" | "following" | "lost";
  /** Jobs in it. */
  readonly jobs: number;
  /** Of a scan: jobs read, and jobs that there were. */
  readonly scanned: { readonly read: number; readonly total: number } | undefined;
  /** Time in ms since all was dealt with that had happened by then; `undefined` before the first time. */
  readonly lagMs: number | undefined;
  /** Jobs that ended before this Unix time in ms are left out, as there are too many. */
  readonly omittedBefore: number | undefined;
  /** Bytes that it takes, as far as they grow with the jobs. */
  readonly bytes: number;
  /** Names that its jobs have. */
  readonly submitters: readonly string[];
}

/** A job to act on. */
export interface JobAddress {
  readonly queue: string;
  readonly id: string;
  /** As of `IndexedJob`. */
  readonly createdAt: number | undefined;
}

/**
 * Finds jobs of all queues by what they have in common. It is this producer's own, and some hundred
 * ms behind Redis: what it names may be gone, or elsewhere, meanwhile. Each call rejects while the
 * index cannot answer. `text` of a filter is left to those who read the jobs.
 */
export interface JobIndex {
  page(
    filter: JobFilter,
    sort: JobSort,
    cursor: JobCursor | undefined,
    limit: number,
  ): Promise<IndexedPage>;
  /** Those with one of these ids that match, whatever id the filter names, in the order of the ids. */
  named(ids: readonly string[], filter: JobFilter, limit: number): Promise<readonly IndexedJob[]>;
  counts(filter: JobFilter): Promise<StateCounts>;
  /** The oldest submitted first. */
  ids(filter: JobFilter, limit: number): Promise<readonly JobAddress[]>;
  /** The largest first. */
  groups(filter: JobFilter): Promise<readonly FailureGroup[]>;
  standing(): Promise<IndexStanding>;
}
