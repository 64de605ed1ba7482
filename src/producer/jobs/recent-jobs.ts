import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { parseFailure } from "../../queue/failure-text.ts";
import type { JobState } from "../../queue/job-lists.ts";
import { readPlace } from "../../queue/place.ts";
import { readStarts } from "../../queue/record-starts.ts";
import { readResult, resultPrefix } from "../../queue/stored-result.ts";
import { parseTime } from "../../queue/stored-time.ts";
import { parseStart } from "./json-start.ts";
import type { Desks } from "./desk.ts";
import { type JobStatus, linksOf, statusOf } from "./job-status.ts";

/** A job as a list shows it. */
export interface RecentJob {
  readonly id: string;
  readonly task: string;
  readonly status: JobStatus["status"];
  /** When it was submitted, if its record says so. */
  readonly createdAt: string | undefined;
  readonly page: string;
  /** Its input, or as much of it as was read. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly inputIsCut: boolean;
  /** The start of its result, a text as it is and else as JSON, or the class of its failure, once it has one. */
  readonly outcome: string;
}

/** Of inputs and results. */
const shownCharacters = 60;
/** Enough for these, each of which takes three bytes at most. */
export const listedFields = {
  fields: ["name", "data", "returnvalue", "failedReason"],
  bytes: 256,
} as const;

/** Those of these jobs that the queue has; of inputs and results only what is shown is read. */
export async function readRecentJobs(
  queue: Queue,
  redis: Redis,
  ids: readonly string[],
): Promise<RecentJob[]> {
  const kept = (await readStarts(queue, redis, ids, { fields: ["name"], bytes: 1 }))
    .map(([name], i) => (name === null ? undefined : ids[i]))
    .filter((id) => id !== undefined);
  if (kept.length === 0) return [];
  // State first: what is read of a job afterwards can only be newer, so an outcome is never missing.
  const places = await Promise.all(kept.map(async (id) => readPlace(queue, redis, id)));
  const fields = [...listedFields.fields, "timestamp"];
  const starts = await readStarts(queue, redis, kept, { ...listedFields, fields });
  return kept.flatMap((id, i) => {
    const state = places[i]?.state ?? "unknown";
    const [name, data, returnvalue, failedReason, timestamp] = starts[i] ?? [];
    if (state === "unknown") return [];
    const createdAt = parseTime(timestamp);
    return {
      id,
      task: name ?? "",
      status: statusOf(state),
      createdAt: createdAt === undefined ? undefined : new Date(createdAt).toISOString(),
      page: linksOf(id).page,
      input: readInput(data ?? ""),
      inputIsCut: !isWhole(data ?? ""),
      outcome: showOutcome(state, returnvalue ?? "", failedReason ?? ""),
    };
  });
}

/** Those of these jobs that there are in any queue, the newest first. */
export async function readAllRecent(desks: Desks, ids: readonly string[]): Promise<RecentJob[]> {
  if (ids.length === 0) return [];
  const lists = await Promise.all(
    [...desks.values()].map(({ ask }) => ask((queue, redis) => readRecentJobs(queue, redis, ids))),
  );
  return lists.flat().toSorted((a, b) => timeOf(b) - timeOf(a));
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
