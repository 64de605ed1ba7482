import {
  type FilterProblem,
  type JobFilter,
  parseJobFilter,
} from "../../../contract/job-filter.ts";
import {
  type IndexedJob,
  type JobCursor,
  type JobSort,
  jobSorts,
} from "../../explorer/job-index.ts";

/** Rows of a page, and what programs may ask for at most. */
export const pageLength = 50;
export const longestPage = 500;

/** What an address shows. */
export interface ExplorerView {
  readonly filter: JobFilter;
  readonly sort: JobSort;
  readonly cursor: JobCursor | undefined;
  readonly limit: number;
  /** What of the address makes no sense. */
  readonly problems: readonly FilterProblem[];
  /** What it says, for addresses that say nearly the same. */
  readonly parameters: URLSearchParams;
}

const sides = ["before", "after"] as const;
/** What is said of a place in the order, which another view does not share. */
const ofPlace: readonly string[] = [...sides, "read", "found"];
/** How far a search through texts had come, too. */
const besides = ["sort", "limit", "read", "found", ...sides];

/** Reads the address of a page of jobs; `nowMs` is Unix time in ms. */
export function readView(parameters: URLSearchParams, nowMs: number): ExplorerView {
  const { filter, problems: ofFilter } = parseJobFilter(parameters, { nowMs, besides });
  const problems = [...ofFilter];
  const given = (name: string) => parameters.get(name) ?? "";
  const refuse = (parameter: string, expected: string) => {
    const detail = `got ${JSON.stringify(given(parameter).slice(0, 60))}, expected ${expected}`;
    problems.push({ parameter, detail });
  };
  const sort = jobSorts.find((name) => name === given("sort"));
  if (sort === undefined && given("sort") !== "") refuse("sort", `one of: ${jobSorts.join(", ")}`);
  const limit = Number(given("limit") || pageLength);
  const isLimit = Number.isInteger(limit) && limit >= 1 && limit <= longestPage;
  if (!isLimit) refuse("limit", `a whole number from 1 to ${longestPage}`);
  const side = sides.find((name) => given(name) !== "");
  const cursor = side && parseCursor(side, given(side));
  if (side !== undefined && cursor === undefined) refuse(side, "what a page's link has");
  return {
    filter,
    sort: sort ?? "created",
    cursor,
    limit: isLimit ? limit : pageLength,
    problems,
    parameters,
  };
}

/** The address of nearly the same: with these parameters otherwise, and from the first page on. */
export function addressOf(
  { parameters }: Pick<ExplorerView, "parameters">,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const next = new URLSearchParams();
  for (const [name, value] of parameters) {
    const isKept = value !== "" && !Object.hasOwn(changes, name) && !ofPlace.includes(name);
    if (isKept) next.append(name, value);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined && value !== "") next.set(name, value);
  }
  const query = next.toString();
  return query === "" ? "?" : `?${query}`;
}

/** A place beside a job, as an address has it. */
export function formatCursor(value: number | undefined, id: string): string {
  return `${value ?? "none"}.${id}`;
}

function parseCursor(side: JobCursor["side"], text: string): JobCursor | undefined {
  const [, value, id] = /^(\d{1,16}|none)\.(.{1,200})$/s.exec(text) ?? [];
  if (value === undefined || id === undefined) return undefined;
  return { side, value: value === "none" ? undefined : Number(value), id };
}

/** What a job has a place in the order by. */
export function sortedBy(
  { sort }: Pick<ExplorerView, "sort">,
  job: IndexedJob,
): number | undefined {
  const values = {
    created: job.createdAt,
    ended: job.endedAt,
    waited: job.waitedMs,
    ran: job.ranMs,
  };
  return values[sort];
}
