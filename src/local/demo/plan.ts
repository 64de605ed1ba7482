import type { Kind, Submission } from "./submissions.ts";

export type Act = "pause" | "resume" | "restart the worker";

/** What the demo does in one second. */
export interface PlannedSecond {
  readonly submissions: readonly Submission[];
  readonly acts: readonly Act[];
  /** What a person should know of it. */
  readonly note: string;
}

const perSecond = 4;

/** Sent in turn, so that even a short demo shows each kind of outcome. */
const mix: readonly Kind[] = [
  "success",
  "failure",
  "success",
  "invalid",
  "failure",
  "success",
  "success",
  "success",
  "failure",
  "success",
];

/**
 * The demo second by second: a steady mix, and a burst, a pause and a worker's restart. It stays
 * below the submissions that a client may make in a minute, and the unfinished jobs that it may have,
 * by default. `next` makes them.
 */
export function createPlan(seconds: number, next: (kind: Kind) => Submission): PlannedSecond[] {
  const at = (share: number) => Math.floor(seconds * share);
  const pauseSeconds = Math.min(8, Math.max(2, at(0.1)));
  const burst = Math.min(80, 20 + seconds);
  return Array.from({ length: seconds }, (_, second) => {
    const acts: Act[] = [];
    const notes: string[] = [];
    if (second === at(0.5)) {
      acts.push("pause");
      notes.push(`the queue is paused for ${pauseSeconds} s`);
    }
    if (second === at(0.5) + pauseSeconds) {
      acts.push("resume");
      notes.push("the queue is resumed");
    }
    if (second === at(0.75)) {
      acts.push("restart the worker");
      notes.push("the worker is restarted");
    }
    const bursts = second === at(0.25);
    if (bursts) notes.push(`a burst of ${burst}`);
    const steady = Array.from({ length: perSecond }, (__, i) => second * perSecond + i);
    const kinds = [
      ...steady.map((i) => mix[i % mix.length] ?? "success"),
      ...Array.from({ length: bursts ? burst : 0 }, () => "success" as const),
    ];
    return {
      submissions: kinds.map(next),
      acts,
      note: notes.join(", "),
    };
  });
}
