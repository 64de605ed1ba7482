import type { JobFilter } from "../../../contract/job-filter.ts";
import { isJobId } from "../../../queue/job-id.ts";
import { findText } from "../../../queue/job-texts.ts";
import type { IndexedJob, JobIndex } from "../../explorer/job-index.ts";
import { type Desks, findDesk } from "../../jobs/desk.ts";
import { addressOf, type ExplorerView, formatCursor, sortedBy } from "./view.ts";

/** One request reads for so long; who wants more asks again. */
const stepMs = 150;
/** Jobs read by one command, some 2 ms of Redis' time. */
const chunk = 200;

/** How far a search through the texts of jobs has come. */
export interface SearchProgress {
  readonly read: number;
  /** Jobs that there are to be read. */
  readonly total: number;
  readonly found: number;
  /** Where it goes on; `undefined` once all is read. */
  readonly next: string | undefined;
  /** Whether it stopped because a page is full, and not because of the time. */
  readonly isFull: boolean;
}

export interface FoundByText {
  readonly jobs: readonly IndexedJob[];
  readonly progress: SearchProgress;
}

export interface TextSearchDeps {
  readonly index: Pick<JobIndex, "page">;
  readonly desks: Desks;
}

/**
 * Reads jobs that match the rest of the filter, in its order, for those that have the text in their
 * input, result or error. What was found and read before is part of the address, so that any
 * producer can go on; `total` are the jobs that match.
 */
export async function searchTexts(
  { index, desks }: TextSearchDeps,
  view: ExplorerView,
  total: number,
): Promise<FoundByText> {
  const { sort, limit } = view;
  const { text = "", ...filter } = view.filter;
  const jobs = await findAgain(index, filter, view);
  const startedAt = performance.now();
  let { cursor } = view;
  let read = readBefore(view);
  let isOver = false;
  while (!isOver && jobs.length < limit && performance.now() - startedAt < stepMs) {
    const page = await index.page(filter, sort, cursor, chunk);
    const hits = await findIn(desks, page.jobs, text);
    const wanted = hits.slice(0, limit - jobs.length);
    jobs.push(...wanted);
    // What comes behind the last that has a place on this page is read again for the next.
    const last = wanted.length < hits.length ? wanted.at(-1) : page.jobs.at(-1);
    const passed = last === undefined ? 0 : page.jobs.indexOf(last) + 1;
    read += passed;
    isOver = !page.hasAfter && passed === page.jobs.length;
    if (last !== undefined) cursor = { side: "after", value: sortedBy(view, last), id: last.id };
  }
  const isFull = jobs.length >= limit;
  const next =
    isOver || cursor === undefined
      ? undefined
      : addressOf(view, {
          after: formatCursor(cursor.value, cursor.id),
          read: String(read),
          found: isFull ? undefined : jobs.map(({ id }) => id).join("."),
        });
  return {
    jobs,
    progress: { read, total: Math.max(total, read), found: jobs.length, next, isFull },
  };
}

async function findIn(
  desks: Desks,
  jobs: readonly IndexedJob[],
  text: string,
): Promise<IndexedJob[]> {
  const queues = [...new Set(jobs.map(({ queue }) => queue))];
  const found = await Promise.all(
    queues.map(async (name) => {
      const ofQueue = jobs.filter(({ queue }) => queue === name);
      const ids = await findDesk(desks, name).ask((queue, redis) =>
        findText(
          queue,
          redis,
          ofQueue.map(({ id }) => id),
          text,
        ),
      );
      const hits = new Set(ids);
      return ofQueue.filter(({ id }) => hits.has(id));
    }),
  );
  const all = new Set(found.flat());
  return jobs.filter((job) => all.has(job));
}

/** What the steps before have found, as far as it is still there. */
async function findAgain(
  index: TextSearchDeps["index"],
  filter: JobFilter,
  { parameters, limit }: ExplorerView,
): Promise<IndexedJob[]> {
  const ids = (parameters.get("found") ?? "").split(".").filter(isJobId).slice(0, limit);
  const pages = await Promise.all(
    ids.map((id) => index.page({ ...filter, id }, "created", undefined, 1)),
  );
  return pages.flatMap(({ jobs }) => jobs);
}

function readBefore({ parameters }: ExplorerView): number {
  const read = parameters.get("read") ?? "";
  return /^\d{1,9}$/.test(read) ? Number(read) : 0;
}
