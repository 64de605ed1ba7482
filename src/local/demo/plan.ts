export type Act = "pause" | "resume" | "restart the worker";

/** What the demo does in one second. */
export interface PlannedSecond {
  readonly inputs: readonly unknown[];
  readonly acts: readonly Act[];
  /** What a person should know of it. */
  readonly note: string;
}

const perSecond = 4;

/** Ten inputs that are sent in turn, so that even a short demo shows each kind of outcome. */
const inputs: readonly unknown[] = [
  { x: 10, y: 2, delayMs: 100 },
  { x: 10, y: 0, delayMs: 0 },
  { x: 84, y: 2, delayMs: 400 },
  { x: "ten", y: 2 },
  { x: 1e308, y: 1e-10, delayMs: 0 },
  { x: 22, y: 7, delayMs: 800 },
  { x: 9, y: 3, delayMs: 4_000 },
  { x: 1, y: 3, delayMs: 200 },
  { x: 0, y: 0, delayMs: 0 },
  { x: 7, y: -2, delayMs: 1_500 },
];

/**
 * The demo second by second: a steady mix, and a burst, a pause and a worker's restart. It stays
 * below the submissions that a client may make in a minute by default.
 */
export function createPlan(seconds: number): PlannedSecond[] {
  const at = (share: number) => Math.floor(seconds * share);
  const pauseSeconds = Math.min(8, Math.max(2, at(0.1)));
  const burst = Math.min(150, 20 + seconds);
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
    return {
      inputs: [
        ...steady.map((i) => inputs[i % inputs.length]),
        ...Array.from({ length: bursts ? burst : 0 }, () => ({ x: 6, y: 3, delayMs: 500 })),
      ],
      acts,
      note: notes.join(", "),
    };
  });
}
