import { reportEverySeconds } from "../../contract/workers.ts";
import type { QueueReport } from "../../queue/worker-report.ts";
import type { KnownWorker, WorkerState } from "../../queue/workers.ts";
import type { Tone } from "../pages/tone.ts";

/** The colour of a state's word. */
export const tones: Readonly<Record<WorkerState, Tone>> = {
  working: "busy",
  idle: "good",
  draining: "warn",
  drained: "warn",
  stopping: "idle",
  vanished: "bad",
};

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** A time as the largest of its units, such as "3 min". */
export function sayTime(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < minute) return `${seconds} s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`;
  if (seconds < day) return `${Math.floor(seconds / hour)} h`;
  return `${Math.floor(seconds / day)} d`;
}

/** Whether a worker should have reported by now, and one report more. */
export function isSilent({ silentMs }: Pick<KnownWorker, "silentMs">): boolean {
  return silentMs >= 2 * reportEverySeconds * 1_000;
}

export function sayBytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

/** The start of a release's name, which is that of a commit; none of a worker that was told none. */
export function sayRelease(release: string): string {
  return release === "unknown" ? "no release" : `release ${release.slice(0, 12)}`;
}

/** Of all these queues together. */
export function countSlots(queues: readonly QueueReport[]): {
  readonly running: number;
  readonly slots: number;
} {
  return {
    running: queues.reduce((sum, { running }) => sum + running, 0),
    slots: queues.reduce((sum, { slots }) => sum + slots, 0),
  };
}
