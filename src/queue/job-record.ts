import type { JobsOptions } from "bullmq";
import type { Priority } from "../contract/job-policy.ts";
import { isJobId } from "./job-id.ts";
import { cancelledReason, parseFailure } from "./failure-text.ts";
import { type JobSchedule, readJobSchedule } from "./job-schedule.ts";
import { readProgress, type StoredProgress } from "./job-progress.ts";
import { priorityOf } from "./priority-lines.ts";
import { readyAt } from "./ready-at.ts";
import { readReceivedAt } from "./received-at.ts";
import { readResult } from "./stored-result.ts";
import { parseTime } from "./stored-time.ts";
import { readTrace, type TraceCarrier } from "./trace-carrier.ts";

/** A job as far as what Redis holds of it makes sense; times are Unix times in ms. */
export interface JobRecord {
  readonly id: string;
  readonly task: string | undefined;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  /** When the request came that has submitted it, if one has. */
  readonly receivedAt: number | undefined;
  readonly createdAt: number | undefined;
  readonly readyAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly attempts: number;
  readonly progress: StoredProgress | undefined;
  readonly maxAttempts: number;
  readonly priority: Priority;
  readonly result: unknown;
  readonly failure: ReturnType<typeof parseFailure>;
  readonly trace: TraceCarrier;
  /** By which it was submitted, if by any. */
  readonly schedule: JobSchedule | undefined;
  /** Whoever takes it, or has it, ends it as cancelled. */
  readonly cancelled: boolean;
  /** It came through `submitJob`; anything else was put into Redis by an operator's hand. */
  readonly submitted: boolean;
  /** Why it can never run, in words that follow "because"; `undefined` when it can. */
  readonly damage: string | undefined;
}

/** What BullMQ says of a job; the types are what it promises, not what Redis holds. */
interface ReadJob {
  readonly id?: string | undefined;
  readonly name: unknown;
  readonly data: unknown;
  readonly opts: JobsOptions;
  readonly timestamp: number;
  readonly processedOn?: number | undefined;
  readonly finishedOn?: number | undefined;
  readonly attemptsMade: number;
  readonly progress: unknown;
  readonly returnvalue: unknown;
  readonly failedReason?: string | undefined;
  readonly deferredFailure?: string | undefined;
}

/** The one place that turns what Redis holds of a job into what the rest can rely on; it never throws. */
export function readRecord(job: ReadJob): JobRecord {
  return {
    id: job.id ?? "",
    task: isName(job.name) ? job.name : undefined,
    input: isRecord(job.data) ? job.data : undefined,
    receivedAt: readReceivedAt(job.opts),
    createdAt: parseTime(job.timestamp),
    readyAt: readyAt(job),
    startedAt: parseTime(job.processedOn),
    finishedAt: parseTime(job.finishedOn),
    attempts: job.attemptsMade,
    progress: readProgress(job.progress),
    maxAttempts: Math.max(1, job.opts.attempts ?? 1),
    priority: priorityOf(job.opts.priority),
    result: readResult(job.returnvalue),
    failure: parseFailure(job.failedReason ?? ""),
    trace: readTrace(job),
    schedule: readJobSchedule(job.opts),
    cancelled: job.deferredFailure === cancelledReason,
    submitted: isSubmitted(job),
    damage: findDamage(job),
  };
}

/** As `damage` of a record. */
export function findDamage({ name, data }: Pick<ReadJob, "name" | "data">): string | undefined {
  if (!isName(name)) return "it has no name: its record is gone or was changed";
  if (isRecord(data)) return undefined;
  return `its input is ${JSON.stringify(data)?.slice(0, 60)}, expected an object`;
}

/** As `submitted` of a record. */
export function isSubmitted({ id = "", opts }: Pick<ReadJob, "id" | "opts">): boolean {
  return isJobId(id) && opts.telemetry?.omitContext === true;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
