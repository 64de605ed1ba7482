import type { FailureClass } from "../../contract/failures.ts";
import type { JobStatus } from "../jobs/job-status.ts";

/** What a state's colour says, as a style of its word and an icon of its page's tab. */
export type Tone = "idle" | "busy" | "warn" | "good" | "bad";

/** How a job's state is told where it is the largest thing: its word, and the sign of its tab. */
export interface StateLook {
  readonly word: string;
  readonly tone: Tone;
  readonly sign: string;
}

/** Before the title of a tab, which is all that is seen of most tabs. */
const signs: Readonly<Record<Tone, string>> = {
  idle: "○",
  busy: "◐",
  warn: "↻",
  good: "✓",
  bad: "✗",
};

/** How a job is told that somebody has cancelled: it has failed, and nothing is wrong. */
export const cancelledLook: StateLook = { word: "cancelled", tone: "idle", sign: "⊘" };

interface Standing extends Pick<JobStatus, "status" | "waiting"> {
  /** Why it failed, if it did. */
  readonly error_type?: string | undefined;
}

/** A job's state in a word; of one that waits, what it waits for where that is no place in line. */
export function lookOf({ status, waiting, error_type: failure }: Standing): StateLook {
  if (status === "failed" && failure === cancelledClass) return cancelledLook;
  const [word, tone] = describe(status, waiting?.reason);
  return { word, tone, sign: signs[tone] };
}

const cancelledClass: FailureClass = "cancelled_by_user";

function describe(
  status: JobStatus["status"],
  reason: NonNullable<JobStatus["waiting"]>["reason"] | undefined,
): readonly [string, Tone] {
  if (status === "succeeded") return [status, "good"];
  if (status === "failed") return [status, "bad"];
  if (status === "working") return [status, "busy"];
  return reason === "retrying" ? ["waiting to retry", "warn"] : [status, "idle"];
}
