import type { JobFacts } from "../../queue/job-facts.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import type { FilterState } from "../../contract/job-filter.ts";
import type { JobTable } from "./job-table.ts";
import { states } from "./job-table.ts";
import type { Kinds } from "./kinds.ts";
import { selectFirst } from "./selection.ts";

/** Beyond the bound, so many of the jobs make room at once. */
const roomShare = 0.02;

/** The table as it is kept up with Redis, within its bound. */
export interface Upkeep {
  /** Jobs that ended before this Unix time in ms are left out. */
  readonly omittedBefore: number | undefined;
  /** Whether jobs that have not ended are left out, too. */
  readonly isFull: boolean;
  /** Notes what is known of a job now; `round` is that of the scan that saw it, or of the last one. */
  note(queue: string, facts: JobFacts, round: number): void;
  /** Jobs of a queue by state, heartbeats included. */
  count(queue: string): Readonly<Record<FilterState, number>>;
  /** Removes the jobs of a queue that a scan has not seen. */
  removeUnseen(queue: string, round: number): void;
  /** Removes those that ended before Redis' oldest of the same outcome. */
  removeEndedBefore(queue: string, state: FilterState, atMs: number): void;
}

export function createUpkeep(table: JobTable, kinds: Kinds, maxJobs: number): Upkeep {
  let omittedBefore: number | undefined;
  let isFull = false;
  const findSlots = (queue: string, accept: (slot: number) => boolean): number[] => {
    const code = table.names.queue.find(queue);
    const slots: number[] = [];
    if (code === undefined) return slots;
    const { state, queue: queues } = table.columns;
    for (let slot = 0; slot < table.end; slot += 1) {
      if (state[slot] !== 0 && queues[slot] === code && accept(slot)) slots.push(slot);
    }
    return slots;
  };
  const removeAll = (slots: readonly number[]) => {
    for (const slot of slots) table.removeAt(slot);
  };
  const makeRoom = () => {
    const { state, endedAt } = table.columns;
    const ended: number[] = [];
    for (let slot = 0; slot < table.end; slot += 1) {
      if (state[slot] !== 0 && !Number.isNaN(endedAt[slot])) ended.push(slot);
    }
    const wanted = Math.ceil(maxJobs * roomShare) + table.size - maxJobs;
    const oldest = selectFirst(ended, wanted, (a, b) => (endedAt[a] ?? 0) - (endedAt[b] ?? 0));
    const last = oldest.at(-1);
    isFull = oldest.length < wanted;
    if (last !== undefined) omittedBefore = Math.max(omittedBefore ?? 0, (endedAt[last] ?? 0) + 1);
    removeAll(oldest);
  };
  return {
    get omittedBefore() {
      return omittedBefore;
    },
    get isFull() {
      return isFull && table.size >= maxJobs;
    },
    note(queue, facts, round) {
      const { id, endedAt, failedReason } = facts;
      if (table.size >= maxJobs && table.find(queue, id) === undefined) makeRoom();
      const isOmitted = endedAt !== undefined && endedAt < (omittedBefore ?? 0);
      if (isOmitted) table.remove(queue, id);
      if (isOmitted || (table.size >= maxJobs && table.find(queue, id) === undefined)) return;
      const failure = facts.state === "failed" ? parseFailure(failedReason ?? "") : undefined;
      const { task, stacks } = facts;
      const { isHeartbeat, state, createdAt, readyAt, startedAt, waitedMs, attempts } = facts;
      table.put(
        {
          id,
          queue,
          task,
          state,
          createdAt,
          readyAt,
          startedAt,
          endedAt,
          waitedMs,
          attempts,
          failureClass: failure?.failureClass,
          group: failure && kinds.take({ ...failure, task, stacks }),
          submitter: facts.submitter,
          release: facts.release,
          isHidden: isHeartbeat,
        },
        round,
      );
    },
    count(queue) {
      const counts = states.map(() => 0);
      for (const slot of findSlots(queue, () => true)) {
        const place = (table.columns.state[slot] ?? 0) - 1;
        counts[place] = (counts[place] ?? 0) + 1;
      }
      const entries = states.map((state, i) => [state, counts[i] ?? 0]);
      return Object.fromEntries(entries) as Record<FilterState, number>;
    },
    removeUnseen(queue, round) {
      removeAll(findSlots(queue, (slot) => table.columns.round[slot] !== round));
    },
    removeEndedBefore(queue, state, atMs) {
      const code = states.indexOf(state) + 1;
      const { state: at, endedAt } = table.columns;
      removeAll(findSlots(queue, (slot) => at[slot] === code && (endedAt[slot] ?? 0) < atMs));
    },
  };
}
