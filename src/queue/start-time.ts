import { isDeepStrictEqual } from "node:util";
import type { JobsOptions } from "bullmq";
import type { StartTime } from "../contract/start-time.ts";

/**
 * BullMQ's options for it, and one of ours: what was asked for, which a delay that was reckoned from
 * an instant does not tell. An instant is kept to by the worker's clock alone, for BullMQ adds the
 * delay to the time of this clock again; one that is over means now.
 */
export function startOptions(start: StartTime | undefined, now = Date.now()): JobsOptions {
  if (start === undefined) return {};
  if (start.runAt === undefined) return { timestamp: now, delay: start.delayMs };
  const asked = { runAt: start.runAt };
  return { timestamp: now, delay: Math.max(0, start.runAt - now), ...asked };
}

/** Whether jobs with these options were submitted with the same words about their start. */
export function startsAlike(one: object, other: object): boolean {
  return isDeepStrictEqual(askedOf(one), askedOf(other));
}

/** Whether a job with these options was submitted without a word about its start, or with one that changes nothing. */
export function startsAtOnce(options: object): boolean {
  return isDeepStrictEqual(askedOf(options), { delay: 0 });
}

/** Whether options, as Redis keeps them, name no instant; in any other text of them the quotes are escaped. */
export function tellsNoStart(options: string): boolean {
  return !options.includes('"runAt":');
}

function askedOf({ runAt, delay = 0 }: { readonly runAt?: unknown; readonly delay?: unknown }) {
  return runAt === undefined ? { delay } : { runAt };
}
