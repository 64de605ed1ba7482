import type { Tone } from "./tone.ts";

/** What happened between two moments of a job's life. */
export interface Step {
  readonly name: string;
  /** `wait` is the time in which nothing was done for it, `rest` that in which it had ended. */
  readonly kind: Tone | "wait" | "rest";
  /** Since its request, or its submission where there was none. */
  readonly fromMs: number;
  /** How long it took, has gone on for, or is to take; nothing of a moment. */
  readonly tookMs: number | undefined;
  readonly standing: "over" | "so far" | "planned";
  /** Which worker, where there was one. */
  readonly worker: string | undefined;
  /** How it ended, in a word. */
  readonly outcome: string | undefined;
}

/** A time in which nothing was done for the job. */
export function waitOf(
  name: string,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  startMs: number,
): Step {
  return {
    name,
    kind: "wait",
    fromMs: fromMs - startMs,
    tookMs: Math.max(0, untilMs - fromMs),
    standing: "over",
    worker: undefined,
    outcome: undefined,
  };
}

/** Something that takes no time. */
export function momentOf(
  name: string,
  fromMs: number,
  { kind, outcome }: Pick<Step, "kind"> & Partial<Pick<Step, "outcome">>,
): Step {
  return { name, kind, fromMs, tookMs: undefined, standing: "over", worker: undefined, outcome };
}
