import type { QueueState } from "../../queue/state.ts";
import { UnavailableError } from "../http/errors.ts";

/** Redis stops taking writes at its limit; jobs that run need room to finish before that. */
const memoryRatio = 0.7;

export interface Load {
  readonly state: Pick<QueueState, "jobs">;
  readonly memory: { readonly used: number; readonly limit: number };
}

/** Throws `overloaded` when so much waits that another job would only wait or do harm. */
export function assertRoom({ state, memory }: Load, queueDepth: number): void {
  const { waiting, prioritized, delayed } = state.jobs;
  const full = waiting + prioritized + delayed >= queueDepth;
  if (full || memory.used >= memory.limit * memoryRatio) throw new UnavailableError("overloaded");
}
