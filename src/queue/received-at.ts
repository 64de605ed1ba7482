import { parseTime } from "./stored-time.ts";

/**
 * The option, beside BullMQ's own, that says when the request came by which a job was submitted; a
 * text, as all options are that differ from job to job.
 */
export function receivedAt(ms: number | undefined): { readonly received?: string } {
  return ms === undefined ? {} : { received: String(ms) };
}

/** Reads what `receivedAt` wrote into a job, as Unix time in ms. */
export function readReceivedAt(options: object): number | undefined {
  const { received }: { readonly received?: unknown } = options;
  return parseTime(received);
}
