/** Which jobs are meant: the same words in the address of a page, in a program's request and in an order to act on all that match. */

import { parseDateTime } from "./date-time.ts";
import { type FailureClass, failureClasses } from "./failures.ts";

/** Where a job stands, as lists of jobs tell it. */
export const filterStates = {
  waiting: "It waits for a worker.",
  working: "A worker is on it.",
  retrying: "An attempt failed, and the next one waits for its time.",
  scheduled: "It waits for the time that it was submitted for.",
  succeeded: "It ended with a result.",
  failed: "It ended without one.",
} as const;

export type FilterState = keyof typeof filterStates;

/** Jobs that match all that is given; an empty filter matches all. */
export interface JobFilter {
  /** In one of these states. */
  readonly states?: readonly FilterState[] | undefined;
  readonly task?: string | undefined;
  readonly queue?: string | undefined;
  readonly failureClass?: FailureClass | undefined;
  /** The fingerprint of a failure. */
  readonly group?: string | undefined;
  /** Who submitted it, by name. */
  readonly submitter?: string | undefined;
  /** Unix time in ms, included: from then on it ended or, while it has not, was submitted. */
  readonly fromMs?: number | undefined;
  /** The same, excluded. */
  readonly toMs?: number | undefined;
  readonly id?: string | undefined;
  /** A text in its input, result or error; what keeps no text of jobs takes no notice of it. */
  readonly text?: string | undefined;
}

/** A parameter that makes no sense, and what was expected. */
export interface FilterProblem {
  readonly parameter: string;
  readonly detail: string;
}

/** The parameters of an address that make up a filter. */
export const filterParameters = {
  state: "one or more of the states, with commas between them",
  task: "the name of a task",
  queue: "the name of a queue",
  class: "a failure class",
  group: "the fingerprint of a failure",
  submitter: "the name of a submitter",
  from: "a time",
  to: "a time",
  within: "a span before now, instead of from and to",
  id: "the id of a job",
  text: "a text in input, result or error",
} as const;

export type FilterParameter = keyof typeof filterParameters;

/** Spans that `within` may name, in ms. */
export const filterSpans = {
  "15m": 900_000,
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
} as const satisfies Readonly<Record<string, number>>;

/** Characters that any value may have. */
const longest = 200;
const longestShown = 60;
export const groupPattern = /^[0-9a-f]{12}$/;

/**
 * Reads a filter from an address; `nowMs` is what spans are counted back from, as Unix time in ms.
 * Parameters without a value, as forms send them, say nothing. What else the address may have is
 * named by `besides`; all that is neither, or makes no sense, is among the problems.
 */
export function parseJobFilter(
  parameters: URLSearchParams,
  { nowMs, besides = [] }: { readonly nowMs: number; readonly besides?: readonly string[] },
): { readonly filter: JobFilter; readonly problems: readonly FilterProblem[] } {
  const problems: FilterProblem[] = [];
  const refuse = (parameter: string, value: string, expected: string) => {
    problems.push({ parameter, detail: `got ${quote(value)}, expected ${expected}` });
    return undefined;
  };
  for (const name of new Set(parameters.keys())) {
    if (!Object.hasOwn(filterParameters, name) && !besides.includes(name)) {
      const known = [...Object.keys(filterParameters), ...besides].join(", ");
      problems.push({ parameter: name, detail: `unknown, expected one of: ${known}` });
    }
  }
  const read = (name: FilterParameter) => {
    const [value = "", ...others] = parameters.getAll(name).filter((one) => one !== "");
    if (others.length > 0 && name !== "state") refuse(name, others.join(","), "one value");
    if (value.length > longest) return refuse(name, value, `at most ${longest} characters`);
    return value === "" ? undefined : value;
  };
  const readOneOf = <Word extends string>(name: FilterParameter, words: readonly Word[]) => {
    const value = read(name);
    if (value === undefined) return undefined;
    const known = words.find((word) => word === value);
    return known ?? refuse(name, value, `one of: ${words.join(", ")}`);
  };
  const readTime = (name: FilterParameter) => {
    const value = read(name);
    if (value === undefined) return undefined;
    return (
      parseDateTime(value) ??
      refuse(name, value, 'a time with its offset, such as "2026-12-01T02:00:00Z"')
    );
  };
  const states = parameters
    .getAll("state")
    .flatMap((value) => value.split(","))
    .filter((word) => word !== "")
    .flatMap((word) => {
      const known = stateNames.find((name) => name === word);
      return known ?? refuse("state", word, `one of: ${stateNames.join(", ")}`) ?? [];
    });
  const fingerprint = read("group");
  const span = readOneOf("within", spanNames);
  const [from, to] = [readTime("from"), readTime("to")];
  if (span !== undefined && (from ?? to) !== undefined) {
    refuse("within", span, "either it, or from and to");
  }
  const all = {
    states: states.length === 0 ? undefined : [...new Set(states)],
    task: read("task"),
    queue: read("queue"),
    failureClass: readOneOf("class", classNames),
    group:
      fingerprint === undefined || groupPattern.test(fingerprint)
        ? fingerprint
        : refuse("group", fingerprint, "12 hex digits"),
    submitter: read("submitter"),
    fromMs: span === undefined ? from : nowMs - filterSpans[span],
    toMs: to,
    id: read("id"),
    text: read("text"),
  } satisfies JobFilter;
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return { filter: Object.fromEntries(given), problems };
}

/** The parameters of an address from which the same filter is read, at whatever time. */
export function formatJobFilter(filter: JobFilter): URLSearchParams {
  const values: Readonly<Partial<Record<FilterParameter, string | undefined>>> = {
    state: filter.states?.join(","),
    task: filter.task,
    queue: filter.queue,
    class: filter.failureClass,
    group: filter.group,
    submitter: filter.submitter,
    from: isoOf(filter.fromMs),
    to: isoOf(filter.toMs),
    id: filter.id,
    text: filter.text,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") parameters.set(name, value);
  }
  return parameters;
}

const stateNames = Object.keys(filterStates) as FilterState[];
const classNames = Object.keys(failureClasses) as FailureClass[];
const spanNames = Object.keys(filterSpans) as (keyof typeof filterSpans)[];

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function quote(value: string): string {
  const shown = value.length > longestShown ? `${value.slice(0, longestShown - 1)}…` : value;
  return JSON.stringify(shown);
}
