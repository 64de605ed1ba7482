import type { Memory } from "./memory.ts";
import type { QueueState } from "./state.ts";

/** Redis stops taking writes at its limit; jobs that run need room to finish before that. */
const memoryRatio = 0.7;

/** What decides whether a queue takes another job. */
export interface Load {
  readonly state: Pick<QueueState, "jobs">;
  readonly memory: Memory;
}

/** False when so much waits, or is kept, that another job would only wait or do harm. */
export function hasRoom({ state, memory }: Load, maxDepth: number): boolean {
  const { waiting, prioritized, delayed } = state.jobs;
  return waiting + prioritized + delayed < maxDepth && memory.used < memory.limit * memoryRatio;
}
