import type { JobStatus } from "./job-status.ts";

const texts = new WeakMap<JobStatus, string>();

/** A status as JSON; written once for all who are told it: an input may have a hundred thousand characters. */
export function textOf(status: JobStatus): string {
  const known = texts.get(status);
  if (known !== undefined) return known;
  const text = JSON.stringify(status);
  texts.set(status, text);
  return text;
}
