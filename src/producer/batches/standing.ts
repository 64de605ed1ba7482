import type { RoughState } from "../../queue/job-ends.ts";
import { readRoughStates } from "../../queue/job-ends.ts";
import type { FileBatch, RowOutcome } from "../../queue/file-batches.ts";
import type { Desk } from "../jobs/desk.ts";
import type { ReadGate } from "../jobs/read-gate.ts";

/** How a row stands; those with errors and those that were not submitted yet are in none of these. */
export type RowState = "failed" | "refused" | "working" | "waiting" | "succeeded" | "gone";

/** A row that was submitted. */
export interface StandingRow {
  readonly row: number;
  readonly state: RowState;
  /** `undefined` where it was refused. */
  readonly id: string | undefined;
  /** Why it was. */
  readonly refused: string | undefined;
}

/** How all rows of a file stand. */
export interface Standing {
  /** Failures first, and then by their numbers. */
  readonly rows: readonly StandingRow[];
  readonly counts: Readonly<Record<RowState, number>>;
  /** Rows without errors that were not submitted yet. */
  readonly left: number;
}

const order: readonly RowState[] = ["failed", "refused", "working", "waiting", "succeeded", "gone"];

const states: Readonly<Record<RoughState, RowState>> = {
  active: "working",
  waiting: "waiting",
  completed: "succeeded",
  failed: "failed",
  unknown: "gone",
};

/** Whether nothing more will become of the file by itself, nor by submitting it once more. */
export function isOver({ counts, left }: Standing): boolean {
  return left === 0 && counts.waiting + counts.working === 0;
}

/** The queues in which jobs may be, by their names. */
export type AskedDesks = ReadonlyMap<string, Pick<Desk, "ask">>;

/** How these jobs stand, by their ids, in whichever queue each is. */
export async function readStates(
  desks: AskedDesks,
  gate: ReadGate,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RowState>> {
  const found = new Map<string, RowState>(ids.map((id) => [id, "gone"]));
  await gate.pass(() =>
    Promise.all(
      [...desks.values()].map(async ({ ask }) => {
        const read = await ask((queue, redis) => readRoughStates(queue, redis, ids));
        for (const [i, id] of ids.entries()) {
          const state = states[read[i] ?? "unknown"];
          if (state !== "gone") found.set(id, state);
        }
      }),
    ),
  );
  return found;
}

/** Puts together how a file stands. */
export function createStanding(
  { total, wrong }: Pick<FileBatch, "total" | "wrong">,
  outcomes: ReadonlyMap<number, RowOutcome>,
  found: ReadonlyMap<string, RowState>,
): Standing {
  const rows = [...outcomes].map(([row, outcome]): StandingRow => {
    if (!("id" in outcome)) return { row, state: "refused", id: undefined, ...outcome };
    return { row, state: found.get(outcome.id) ?? "gone", id: outcome.id, refused: undefined };
  });
  const count = (state: RowState) => rows.filter((row) => row.state === state).length;
  return {
    rows: rows.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.row - b.row),
    counts: {
      failed: count("failed"),
      refused: count("refused"),
      working: count("working"),
      waiting: count("waiting"),
      succeeded: count("succeeded"),
      gone: count("gone"),
    },
    left: Math.max(0, total - wrong - rows.length),
  };
}
