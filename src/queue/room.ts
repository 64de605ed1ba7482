import type { Memory } from "./memory.ts";
import type { QueueState } from "./state.ts";

/** Redis stops taking writes at its limit; jobs that run need room to finish before that. */
const memoryRatio = 0.7;

/** What decides whether a queue takes another job. */
export interface Load {
  readonly state: Pick<QueueState, "jobs">;
  readonly memory: Memory;
}

/** Why a queue takes no more: so many jobs wait, or so much of Redis's memory is in use. */
export type Shortage = "depth" | "memory";

/** Why another job would only wait or do harm; `undefined` while there is room for it. */
export function findShortage({ state, memory }: Load, maxDepth: number): Shortage | undefined {
  const { waiting, prioritized, delayed } = state.jobs;
  if (waiting + prioritized + delayed >= maxDepth) return "depth";
  return memory.used < memory.limit * memoryRatio ? undefined : "memory";
}
