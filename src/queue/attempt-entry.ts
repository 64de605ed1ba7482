import { createHash } from "node:crypto";
import { z } from "zod";
import { historyLimits } from "../contract/job-history.ts";
import type { FailureClass } from "../contract/failures.ts";
import { parseFailure } from "./failure-text.ts";
import { latestMs } from "./stored-time.ts";

/** What is kept of a start of an attempt; times are Unix times in ms. */
export interface AttemptEntry {
  /** BullMQ's count of the job's starts, this one included: no two of a job's starts have the same. */
  readonly start: number;
  /** `none`: the job ended at this start before an attempt had begun. */
  readonly outcome: "retried" | "failed" | "handed_back" | "lost" | "succeeded" | "none";
  /** Which attempt it is, as people count them. */
  readonly number?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** When the next one is due. */
  readonly nextAt?: number | undefined;
  /** When the job had ended after it, where somebody retried the job then. */
  readonly closedAt?: number | undefined;
  /** When somebody retried the job, which had ended after it. */
  readonly retriedAt?: number | undefined;
  readonly failureClass?: FailureClass | undefined;
  readonly reason?: string | undefined;
  /** The worker's name. */
  readonly worker?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** Tells its stack from those of other attempts. */
  readonly stackMark?: string | undefined;
}

const { first, last } = historyLimits;
const prefix = "attempt:";

/** Fields of a job's hash that have entries: the latest ones take the places of those before them. */
export const entryFields: readonly string[] = Array.from(
  { length: first + last },
  (_, i) => `${prefix}${i + 1}`,
);

/** The field that has the entry of that start. */
export function entryFieldOf(start: number): string {
  return `${prefix}${start <= first ? start : first + 1 + ((start - first - 1) % last)}`;
}

/** The same for a script: `fieldOf(start)`, and `isNoted(job, start)`, which is true once a later start has the field. */
export const entryLua = `
local function fieldOf(start)
  if start > ${first} then start = ${first} + 1 + (start - ${first} - 1) % ${last} end
  return "${prefix}" .. string.format("%.0f", start)
end
local function isNoted(job, start)
  local noted = redis.call("HGET", job, fieldOf(start))
  return (tonumber(noted and string.match(noted, "^(%d+) ")) or 0) >= start
end
`;

/** As it is kept: the start, and then all else as JSON. */
export function formatEntry({ start, reason, ...entry }: AttemptEntry): string {
  const kept = reason === undefined ? {} : { reason: cut(reason, historyLimits.reason) };
  return `${start} ${JSON.stringify({ ...entry, ...kept })}`;
}

/** In whose place what makes no sense is not there. */
const time = z.number().min(0).max(latestMs).transform(Math.floor).optional().catch(undefined);
const count = z.int().min(1).optional().catch(undefined);
const hex = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`))
    .optional()
    .catch(undefined);
const text = (characters: number) =>
  z
    .string()
    .transform((value) => cut(value, characters))
    .optional()
    .catch(undefined);

const stored = z.object({
  outcome: z.enum(["retried", "failed", "handed_back", "lost", "succeeded", "none"]),
  number: count,
  startedAt: time,
  endedAt: time,
  nextAt: time,
  closedAt: time,
  retriedAt: time,
  failureClass: z
    .string()
    .transform((word) => parseFailure(`${word}: `).failureClass)
    .optional()
    .catch(undefined),
  reason: text(historyLimits.reason),
  worker: text(200),
  traceId: hex(32),
  spanId: hex(16),
  stackMark: hex(8),
});

/** Reads what a field holds, as far as it makes sense; `undefined` for what is no entry of that field. */
export function parseEntry(field: string, kept: string): AttemptEntry | undefined {
  const [, start, json = ""] = /^(\d{1,15}) (.*)$/s.exec(kept) ?? [];
  const number = Number(start);
  if (!(number >= 1) || entryFieldOf(number) !== field) return undefined;
  const read = stored.safeParse(parseJson(json));
  return read.success ? { start: number, ...read.data } : undefined;
}

function cut(value: string, characters: number): string {
  const part = value.length > characters ? `${value.slice(0, characters - 1)}…` : value;
  return part.toWellFormed();
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What tells a stack from those of other attempts. */
export function markOf(stack: string): string {
  return createHash("sha256").update(stack).digest("hex").slice(0, 8);
}
