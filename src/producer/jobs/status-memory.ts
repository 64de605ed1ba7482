import type { JobStatus } from "./job-status.ts";
import { jsonOf } from "../http/json-text.ts";

type Read = (id: string) => Promise<JobStatus | undefined>;

/** How jobs stand, as was read a moment ago, so that any number of readers cost one read. */
export interface StatusMemory {
  /** What is known, or is found now; that there is no such job is never known beforehand. */
  readonly find: Read;
  /** What is found now. */
  readonly renew: Read;
  /** Whether this is what would be told now: nothing is known to have happened to the job since. */
  isLatest(status: JobStatus): boolean;
  /** Something has happened to the job: whoever asks from now on is told what is read from now on. */
  forget(id: string): void;
}

export interface MemoryLimits {
  /** How old what is told may be. */
  readonly ms: number;
  /** Characters of JSON, of all jobs together; the oldest go first. */
  readonly characters: number;
}

/**
 * A little longer than the second between two looks of a stream, which so serve all other readers.
 * A job may have hundreds of thousands of characters, or a few hundred as most have.
 */
const defaults: MemoryLimits = { ms: 1_200, characters: 4_000_000 };

export function createStatusMemory(read: Read, limits: MemoryLimits = defaults): StatusMemory {
  const known = new Map<string, Known>();
  const reading = new Map<string, Promise<JobStatus | undefined>>();
  let characters = 0;

  const drop = (id: string) => {
    characters -= known.get(id)?.characters ?? 0;
    known.delete(id);
  };
  const keep = (id: string, status: JobStatus, readAt: number) => {
    const length = jsonOf(status).length;
    known.set(id, { status, readAt, characters: length });
    characters += length;
    // In the order in which they were read.
    for (const [oldest, { readAt: since }] of known) {
      if (characters <= limits.characters && readAt - since < limits.ms) break;
      drop(oldest);
    }
  };
  const start = (id: string) => {
    const readAt = performance.now();
    const isNewest = () => reading.get(id) === found;
    const found = read(id)
      .then((status) => {
        if (!isNewest()) return status;
        drop(id);
        if (status !== undefined) keep(id, status, readAt);
        return status;
      })
      .finally(() => {
        if (isNewest()) reading.delete(id);
      });
    reading.set(id, found);
    return found;
  };
  const renew: Read = async (id) => {
    const begun = reading.get(id);
    // A read that began before one asked does not show that a job is missing: it may be new.
    return (await begun) ?? reading.get(id) ?? start(id);
  };
  return {
    renew,
    async find(id) {
      const last = known.get(id);
      const isFresh = last !== undefined && performance.now() - last.readAt < limits.ms;
      return isFresh ? last.status : renew(id);
    },
    isLatest: (status) => known.get(status.id)?.status === status,
    forget(id) {
      drop(id);
      reading.delete(id);
    },
  };
}

interface Known {
  readonly status: JobStatus;
  readonly readAt: number;
  readonly characters: number;
}
