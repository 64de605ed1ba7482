import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { type FilterState, filterStates } from "../../contract/job-filter.ts";
import type { IndexedJob } from "./job-index.ts";
import { createNames, type Names } from "./names.ts";

/** What the table keeps of a job. */
export interface TableJob extends Omit<IndexedJob, "ranMs"> {
  /** Nobody submitted it, so nobody is shown it. */
  readonly isHidden: boolean;
}

export const states = Object.keys(filterStates) as readonly FilterState[];
export const classes = Object.keys(failureClasses) as readonly FailureClass[];

/** Columns that have a number of each job, by the type of their numbers. */
const columnTypes = {
  /** From 1; 0 where the slot is free. */
  state: Uint8Array,
  /** From 1; 0 where it has not failed. */
  failureClass: Uint8Array,
  isHidden: Uint8Array,
  round: Uint8Array,
  attempts: Uint16Array,
  queue: Uint16Array,
  task: Uint32Array,
  group: Uint32Array,
  submitter: Uint32Array,
  release: Uint32Array,
  // NaN where they are not known.
  createdAt: Float64Array,
  readyAt: Float64Array,
  startedAt: Float64Array,
  endedAt: Float64Array,
  waitedMs: Float64Array,
} as const;

type ColumnName = keyof typeof columnTypes;
export type Columns = {
  readonly [Name in ColumnName]: InstanceType<(typeof columnTypes)[Name]>;
};

const nameColumns = ["task", "group", "submitter", "release"] as const;
const timeColumns = ["createdAt", "readyAt", "startedAt", "endedAt", "waitedMs"] as const;

/** Of the columns, and measured of an id with its place in the map. */
const bytesPerSlot = 62;
const bytesPerId = 120;

/** Jobs in columns of numbers: some 180 bytes each, and 100,000 are gone through in a millisecond or two. */
export interface JobTable {
  /** They are others once the table has grown. */
  readonly columns: Columns;
  readonly names: Readonly<Record<(typeof nameColumns)[number] | "queue", Names>>;
  /** Slots in use are below it. */
  readonly end: number;
  readonly size: number;
  /** Of these, those that are not hidden. */
  readonly shown: number;
  readonly bytes: number;
  idAt(slot: number): string;
  jobAt(slot: number): IndexedJob;
  find(queue: string, id: string): number | undefined;
  /** The slots of all queues that have it. */
  findAll(id: string): number[];
  /** Adds it, or replaces what is known of it; `round` tells whether it was seen lately. */
  put(job: TableJob, round: number): void;
  remove(queue: string, id: string): void;
  removeAt(slot: number): void;
}

export function createJobTable(): JobTable {
  let columns = createColumns(1_024);
  let end = 0;
  let hidden = 0;
  const ids: string[] = [];
  const free: number[] = [];
  const slots = new Map<string, Map<string, number>>();
  const names = {
    queue: createNames(),
    task: createNames(),
    group: createNames(),
    submitter: createNames(),
    release: createNames(),
  };
  const slotFor = ({ queue, id }: TableJob): number => {
    const ofQueue = slots.get(queue) ?? new Map<string, number>();
    const known = ofQueue.get(id);
    if (known !== undefined) return known;
    const slot = free.pop() ?? end;
    if (slot === end) {
      end += 1;
      if (end > columns.state.length) columns = growColumns(columns);
    }
    slots.set(queue, ofQueue.set(id, slot));
    ids[slot] = id;
    columns.queue[slot] = names.queue.take(queue);
    return slot;
  };
  const removeAt = (slot: number) => {
    const queue = names.queue.nameOf(columns.queue[slot] ?? 0);
    if (columns.state[slot] === 0 || queue === undefined) return;
    slots.get(queue)?.delete(ids[slot] ?? "");
    names.queue.drop(columns.queue[slot] ?? 0);
    for (const name of nameColumns) {
      names[name].drop(columns[name][slot] ?? 0);
      columns[name][slot] = 0;
    }
    hidden -= columns.isHidden[slot] ?? 0;
    columns.isHidden[slot] = 0;
    columns.state[slot] = 0;
    ids[slot] = "";
    free.push(slot);
  };
  return {
    names,
    get columns() {
      return columns;
    },
    get end() {
      return end;
    },
    get size() {
      return end - free.length;
    },
    get shown() {
      return end - free.length - hidden;
    },
    get bytes() {
      return columns.state.length * bytesPerSlot + (end - free.length) * bytesPerId;
    },
    idAt: (slot) => ids[slot] ?? "",
    jobAt(slot) {
      const { createdAt, readyAt, startedAt, endedAt, waitedMs } = readTimes(columns, slot);
      return {
        id: ids[slot] ?? "",
        queue: names.queue.nameOf(columns.queue[slot] ?? 0) ?? "",
        task: names.task.nameOf(columns.task[slot] ?? 0) ?? "",
        state: states[(columns.state[slot] ?? 0) - 1] ?? "waiting",
        createdAt,
        readyAt,
        startedAt,
        endedAt,
        waitedMs,
        ranMs:
          startedAt === undefined || endedAt === undefined
            ? undefined
            : Math.max(0, endedAt - startedAt),
        attempts: columns.attempts[slot] ?? 0,
        failureClass: classes[(columns.failureClass[slot] ?? 0) - 1],
        group: names.group.nameOf(columns.group[slot] ?? 0),
        submitter: names.submitter.nameOf(columns.submitter[slot] ?? 0),
        release: names.release.nameOf(columns.release[slot] ?? 0),
      };
    },
    find: (queue, id) => slots.get(queue)?.get(id),
    findAll: (id) => [...slots.values()].flatMap((ofQueue) => ofQueue.get(id) ?? []),
    put(job, round) {
      const slot = slotFor(job);
      for (const name of nameColumns) {
        const before = columns[name][slot] ?? 0;
        columns[name][slot] = names[name].take(job[name]);
        names[name].drop(before);
      }
      for (const name of timeColumns) columns[name][slot] = job[name] ?? Number.NaN;
      columns.state[slot] = states.indexOf(job.state) + 1;
      columns.failureClass[slot] =
        job.failureClass === undefined ? 0 : classes.indexOf(job.failureClass) + 1;
      hidden += Number(job.isHidden) - (columns.isHidden[slot] ?? 0);
      columns.isHidden[slot] = Number(job.isHidden);
      columns.attempts[slot] = Math.min(job.attempts, 65_535);
      columns.round[slot] = round;
    },
    remove(queue, id) {
      const slot = slots.get(queue)?.get(id);
      if (slot !== undefined) removeAt(slot);
    },
    removeAt,
  };
}

function readTimes(columns: Columns, slot: number) {
  const entries = timeColumns.map((name) => {
    const value = columns[name][slot] ?? Number.NaN;
    return [name, Number.isNaN(value) ? undefined : value];
  });
  return Object.fromEntries(entries) as Record<(typeof timeColumns)[number], number | undefined>;
}

function createColumns(length: number): Columns {
  const entries = Object.entries(columnTypes).map(([name, Type]) => [name, new Type(length)]);
  return Object.fromEntries(entries) as Columns;
}

function growColumns(columns: Columns): Columns {
  const grown = createColumns(2 * columns.state.length);
  for (const name of Object.keys(columnTypes) as ColumnName[]) grown[name].set(columns[name]);
  return grown;
}
