import type { BulkAction } from "../../../contract/actions.ts";
import type { BulkRun, BulkState } from "../../../queue/bulk-records.ts";
import type { Tone } from "../../pages/tone.ts";

const numbers = new Intl.NumberFormat("en");

/** Seconds after which a page of what goes on asks again. */
export const renewedSeconds = 2;

/** Of each action on many jobs its word, and what it does. */
export const words = {
  retry: ["Retry", "Each waits again, with all attempts of its task before it."],
  cancel: ["Cancel", "Each fails, as cancelled; one that runs is told to stop."],
  delete: ["Delete", "All that is kept of each goes for good."],
} as const satisfies Record<BulkAction, readonly [word: string, says: string]>;

export const tones: Readonly<Record<BulkState, Tone>> = {
  running: "busy",
  done: "good",
  stopped: "warn",
};

/** Such as "Retry 120 jobs". */
export function titleOfRun({ action, total }: Pick<BulkRun, "action" | "total">): string {
  const [word] = words[action];
  return `${word} ${numbers.format(total)} ${total === 1 ? "job" : "jobs"}`;
}
