import type { CallbackNote } from "../../queue/job-callback.ts";
import type { JobStatus } from "./job-status.ts";

/**
 * What the API tells of a job's callback: `note` is what was noted of its tries, and `endedAt` when the
 * job ended, both if so.
 */
export function tellCallback(
  url: string,
  note?: CallbackNote,
  endedAt?: number,
): NonNullable<JobStatus["callback"]> {
  const host = URL.parse(url)?.host ?? "";
  // A job that was retried by hand has another end to tell of.
  if (note === undefined || note.end !== endedAt) return { host, state: "pending", tries: 0 };
  const { state, tries, at, next, error } = note;
  return {
    host,
    state,
    tries,
    last_try_at: iso(at),
    ...(next !== undefined && { next_try_at: iso(next) }),
    ...(error !== undefined && { error }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
