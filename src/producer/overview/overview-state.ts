import { readBlocks } from "../../queue/blocks.ts";
import type { SubmittedState } from "../../queue/submitted-state.ts";
import type { Desks } from "../jobs/desk.ts";

/** What the overview reads of the queues. */
export interface OverviewState {
  /** Each by its name. */
  readonly queues: ReadonlyMap<string, SubmittedState>;
  /** As `measureSkew` tells. */
  readonly skewMs: number;
  /** As `readBlocks` tells, of all queues. */
  readonly blockedBy: readonly string[];
}

export async function readOverviewState(
  desks: Desks,
  readSkew: () => Promise<number>,
): Promise<OverviewState> {
  const all = [...desks.values()];
  const [states, skewMs, blocks] = await Promise.all([
    Promise.all(all.map(async ({ name, readState }) => [name, await readState()] as const)),
    readSkew(),
    Promise.all(all.map(({ ask }) => ask(readBlocks))),
  ]);
  return { queues: new Map(states), skewMs, blockedBy: blocks.flat() };
}
