import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "../../queue/answers.ts";
import { parseFailure } from "../../queue/failure-text.ts";
import { heartbeatName } from "../../queue/heartbeat.ts";
import { type JobState, jobStates } from "../../queue/job-lists.ts";
import { readLineEnds } from "../../queue/priority-lines.ts";
import { readStarts } from "../../queue/record-starts.ts";
import { readResult, resultPrefix } from "../../queue/stored-result.ts";
import { parseTime } from "../../queue/stored-time.ts";
import { parseStart } from "./json-start.ts";
import type { Desks } from "./desk.ts";
import { hasPage, type JobStatus, linksOf, statusOf } from "./job-status.ts";

/** A job as a list shows it. */
export interface RecentJob {
  readonly id: string;
  readonly task: string;
  readonly status: JobStatus["status"];
  /** When it was submitted, if its record says so. */
  readonly createdAt: string | undefined;
  /** `undefined` for a job that has none. */
  readonly page: string | undefined;
  /** Its input, or as much of it as was read. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly inputIsCut: boolean;
  /** The start of its result, a text as it is and else as JSON, or the class of its failure, once it has one. */
  readonly outcome: string;
}

const shown = 15;
/** Heartbeats, which nobody submitted, are passed over: more than there are of them in a list. */
const passedOver = 3;

/** Of inputs and results. */
const shownCharacters = 60;
/** Enough for these, each of which takes three bytes at most. */
export const listedFields = {
  fields: ["name", "data", "returnvalue", "failedReason"],
  bytes: 256,
} as const;

/**
 * Of the jobs that came last into each state, the latest, newest first; of inputs and results only
 * what is shown is read.
 */
export async function readRecentJobs(queue: Queue, redis: Redis): Promise<RecentJob[]> {
  const lists = await Promise.all(
    jobStates.map(async (state) => {
      const ids = await readLast(queue, redis, state, shown + passedOver);
      return ids.map((id) => ({ id, state }));
    }),
  );
  // A job that moved between two reads shows up twice; its later state is the truer one.
  const found = [...new Map(lists.flat().map((entry) => [entry.id, entry])).values()];
  const times = await readRecordAnswers(
    redis.pipeline(found.map(({ id }) => ["hmget", queue.toKey(id), "name", "timestamp"])),
  );
  const latest = found
    .map((entry, i) => {
      const [name, timestamp] = (times[i] ?? []) as (string | null)[];
      const isShown = name != null && name !== heartbeatName;
      return { ...entry, isShown, createdAt: parseTime(timestamp) };
    })
    .filter(({ isShown }) => isShown)
    // A job whose record does not say when it was made comes last.
    .toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))
    .slice(0, shown);
  const ids = latest.map(({ id }) => id);
  const starts = await readStarts(queue, redis, ids, listedFields);
  return latest.map(({ id, state, createdAt }, i) => {
    const [name, data, returnvalue, failedReason] = starts[i] ?? [];
    return {
      id,
      task: name ?? "",
      status: statusOf(state),
      createdAt: createdAt === undefined ? undefined : new Date(createdAt).toISOString(),
      page: hasPage({ id }) ? linksOf(id).page : undefined,
      input: readInput(data ?? ""),
      inputIsCut: !isWhole(data ?? ""),
      outcome: showOutcome(state, returnvalue ?? "", failedReason ?? ""),
    };
  });
}

/** Ids of so many jobs that came last into the state; of prioritized ones, so many of each priority. */
async function readLast(
  queue: Queue,
  redis: Redis,
  state: JobState,
  count: number,
): Promise<string[]> {
  return state === "prioritized"
    ? (await readLineEnds(queue, redis, "last", count)).flat()
    : queue.getRanges([state], 0, count - 1);
}

/** The latest of all queues. */
export async function readAllRecent(desks: Desks): Promise<RecentJob[]> {
  const lists = await Promise.all([...desks.values()].map(({ ask }) => ask(readRecentJobs)));
  return lists
    .flat()
    .toSorted((a, b) => timeOf(b) - timeOf(a))
    .slice(0, shown);
}

function timeOf({ createdAt }: RecentJob): number {
  return createdAt === undefined ? 0 : Date.parse(createdAt);
}

/** What has come of a job, from the starts of its result and of the reason of its failure. */
export function showOutcome(state: JobState, returnvalue: string, reason: string): string {
  if (state === "failed") return parseFailure(reason).failureClass;
  if (state !== "completed") return "";
  if (isWhole(returnvalue)) {
    const result = readResult(parse(returnvalue));
    return brief(typeof result === "string" ? result : JSON.stringify(result));
  }
  if (!returnvalue.startsWith(resultPrefix)) return "null";
  const start = returnvalue.slice(resultPrefix.length);
  return brief(start.startsWith('"') ? start.slice(1) : start);
}

/** The fields of an input of which this is the start. */
export function readInput(data: string): RecentJob["input"] {
  // Half of a character may stand at its end.
  const input = isWhole(data) ? parse(data) : parseStart(data.replace(/\uFFFD$/, ""));
  return typeof input === "object" && input !== null ? { ...input } : {};
}

/** Whether the start of a text, as `listedFields` reads it, is all of it. */
export function isWhole(start: string): boolean {
  return Buffer.byteLength(start) < listedFields.bytes;
}

/** `undefined` for what somebody has damaged. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As much of a text as a list shows. */
export function brief(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}…` : text;
}
