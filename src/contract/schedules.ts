/** What is agreed on about the times at which tasks run by themselves. */

/** When a schedule is due: every such number of ms since 1970 in UTC, or as cron says by a zone's clocks. */
export type TimetableSpec =
  | { readonly everyMs: number; readonly cron?: undefined; readonly timeZone?: undefined }
  | {
      /** Minute, hour, day of the month, month, day of the week. */
      readonly cron: string;
      /** As the IANA names it. */
      readonly timeZone: string;
      readonly everyMs?: undefined;
    };

/** What becomes of slots at which no worker was there: one run for all of them, or none. */
export const missedPolicies = ["run once", "skip"] as const;
export type MissedPolicy = (typeof missedPolicies)[number];

/** What a schedule does that says nothing else. */
export const defaultMissed: MissedPolicy = "run once";
export const defaultTimeZone = "UTC";

/** Between two slots: what is wanted more often is no schedule, but a service. */
export const everyLimitsMs = { min: 1_000, max: 31_536_000_000 } as const;

/** A slot is missed if nobody has run it for so long: a worker that starts anew is back before. */
export const missedAfterSeconds = 60;

/** A schedule that no worker has named for so long is no more: no file has it. */
export const namedWithinSeconds = 60;
