import type { JobFilter } from "../../contract/job-filter.ts";
import type {
  IndexedJob,
  IndexedPage,
  JobAddress,
  JobCursor,
  JobSort,
  StateCounts,
} from "./job-index.ts";
import { classes, type Columns, type JobTable, states } from "./job-table.ts";
import { selectFirst } from "./selection.ts";

/** A page of the jobs that match. */
export function findPage(
  table: JobTable,
  filter: JobFilter,
  {
    sort,
    cursor,
    limit,
  }: {
    readonly sort: JobSort;
    readonly cursor: JobCursor | undefined;
    readonly limit: number;
  },
): IndexedPage {
  const valueAt = createValues(table.columns)[sort];
  const known = (slot: number) => {
    const value = valueAt(slot);
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const compare = (a: number, b: number) =>
    known(b) - known(a) || compareText(table.idAt(b), table.idAt(a));
  const toCursor = (slot: number) =>
    cursor === undefined
      ? 1
      : (cursor.value ?? Number.NEGATIVE_INFINITY) - known(slot) ||
        compareText(cursor.id, table.idAt(slot));
  const isBackward = cursor?.side === "before";
  const behind: number[] = [];
  let isAnyElsewhere = false;
  for (const slot of matching(table, filter)) {
    const place = toCursor(slot);
    if (isBackward ? place < 0 : place > 0) behind.push(slot);
    else isAnyElsewhere = true;
  }
  const found = selectFirst(behind, limit + 1, isBackward ? (a, b) => compare(b, a) : compare);
  const shown = found.slice(0, limit);
  const isMore = found.length > limit;
  return {
    jobs: (isBackward ? shown.toReversed() : shown).map((slot) => table.jobAt(slot)),
    hasBefore: isBackward ? isMore : isAnyElsewhere,
    hasAfter: isBackward ? isAnyElsewhere : isMore,
  };
}

/** The jobs with these ids that match. */
export function findNamed(
  table: JobTable,
  ids: readonly string[],
  { filter, limit }: { readonly filter: JobFilter; readonly limit: number },
): IndexedJob[] {
  const slots = ids.flatMap((id) => [...matching(table, { ...filter, id })]);
  return slots.slice(0, limit).map((slot) => table.jobAt(slot));
}

/** How many match in each state, whatever states the filter names. */
export function countStates(table: JobTable, filter: JobFilter): StateCounts {
  const counts = states.map(() => 0);
  for (const slot of matching(table, { ...filter, states: undefined })) {
    const place = (table.columns.state[slot] ?? 0) - 1;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const entries = states.map((state, i) => [state, counts[i] ?? 0]);
  return Object.fromEntries(entries) as StateCounts;
}

/** The jobs that match, the oldest submitted first: so they are acted on, and wait again. */
export function findAddresses(table: JobTable, filter: JobFilter, limit: number): JobAddress[] {
  const { createdAt } = table.columns;
  const known = (slot: number) => {
    const value = createdAt[slot] ?? Number.NaN;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const compare = (a: number, b: number) =>
    known(a) - known(b) || compareText(table.idAt(a), table.idAt(b));
  return selectFirst([...matching(table, filter)], limit, compare).map((slot) => {
    const { queue, id, createdAt: submittedAt } = table.jobAt(slot);
    return { queue, id, createdAt: submittedAt };
  });
}

/** The slots of all jobs that match. */
export function* matching(table: JobTable, filter: JobFilter): Generator<number> {
  const matches = createMatch(table, filter);
  if (matches === undefined) return;
  if (filter.id !== undefined) {
    yield* table.findAll(filter.id).filter(matches);
    return;
  }
  for (let slot = 0; slot < table.end; slot += 1) if (matches(slot)) yield slot;
}

/** `undefined` where a name that it asks for has no job at all. */
function createMatch(
  { columns, names }: JobTable,
  filter: JobFilter,
): ((slot: number) => boolean) | undefined {
  const { state, isHidden, createdAt, endedAt, failureClass } = columns;
  const wanted = states.map((name) => filter.states?.includes(name) ?? true);
  const codes = (["queue", "task", "group", "submitter"] as const).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ column: columns[name], code: names[name].find(value) }];
  });
  if (codes.some(({ code }) => code === undefined)) return undefined;
  const ofClass = filter.failureClass === undefined ? 0 : classes.indexOf(filter.failureClass) + 1;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filter;
  const isTimed = filter.fromMs !== undefined || filter.toMs !== undefined;
  return (slot) => {
    const place = state[slot] ?? 0;
    if (place === 0 || isHidden[slot] === 1 || wanted[place - 1] !== true) return false;
    if (ofClass !== 0 && failureClass[slot] !== ofClass) return false;
    for (const { column, code } of codes) if (column[slot] !== code) return false;
    if (!isTimed) return true;
    const ended = endedAt[slot] ?? Number.NaN;
    const at = Number.isNaN(ended) ? (createdAt[slot] ?? Number.NaN) : ended;
    return at >= fromMs && at < toMs;
  };
}

function createValues({
  createdAt,
  startedAt,
  endedAt,
  waitedMs,
}: Columns): Readonly<Record<JobSort, (slot: number) => number>> {
  return {
    created: (slot) => createdAt[slot] ?? Number.NaN,
    ended: (slot) => endedAt[slot] ?? Number.NaN,
    waited: (slot) => waitedMs[slot] ?? Number.NaN,
    // As `jobAt` tells it, for what is told becomes the place that the next page begins at.
    ran: (slot) => Math.max(0, (endedAt[slot] ?? Number.NaN) - (startedAt[slot] ?? Number.NaN)),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
