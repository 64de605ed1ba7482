import { missedAfterSeconds, type MissedPolicy } from "../../contract/schedules.ts";
import type { Timetable } from "../../task/timetable.ts";

/** What is to be done about the slots of a schedule that are due. */
export interface Plan {
  /** To be run, in order. */
  readonly run: readonly number[];
  /** To be left out, with all before it. */
  readonly pass?: number;
}

const missedAfterMs = missedAfterSeconds * 1_000;

/**
 * Plans what became due after `slot`, up to which all is dealt with. Slots of the last minute are run,
 * each of them: a worker that starts anew leaves none out. Where older ones are among them, nobody
 * was there for a while, and only the last one is run, if it is of the last minute or the policy
 * wants it so. Times are Unix times in ms.
 */
export function planSlots(
  timetable: Timetable,
  { slot, nowMs, missed }: { slot: number; nowMs: number; missed: MissedPolicy },
): Plan {
  const last = timetable.last(nowMs);
  if (last === undefined || last <= slot) return { run: [] };
  const inTimeFrom = nowMs - missedAfterMs;
  const first = timetable.next(slot) ?? last;
  if (first < inTimeFrom) {
    return last >= inTimeFrom || missed === "run once" ? { run: [last] } : { run: [], pass: last };
  }
  const run: number[] = [];
  for (let at: number | undefined = first; at !== undefined && at <= nowMs;) {
    run.push(at);
    at = timetable.next(at);
  }
  return { run };
}
