import { z } from "zod";
import { maxReportedJobs } from "../contract/workers.ts";

/** The most that a name may have, such as that of a host. */
const maxText = 300;
const maxQueues = 100;

const text = z
  .string()
  .max(maxText)
  .transform((name) => name.toWellFormed());
const amount = z.number().min(0);
const count = z.int().min(0);

const stored = z.object({
  host: text,
  pid: count,
  release: text,
  upMs: amount,
  rssBytes: count,
  lagMs: amount,
  phase: z.enum(["taking", "held", "stopping"]),
  queues: z
    .array(
      z.object({
        name: text,
        slots: count,
        running: count,
        jobs: z
          .array(z.object({ id: text, task: text, attempt: count, ranMs: amount }))
          .max(maxReportedJobs),
      }),
    )
    .max(maxQueues),
});

/**
 * What a worker says of itself. It tells how long ago things began, and not when: its clock need not
 * be that of whoever reads it.
 */
export interface WorkerReport {
  readonly host: string;
  readonly pid: number;
  readonly release: string;
  /** Since its start. */
  readonly upMs: number;
  /** Memory of its process, without those of isolated tasks. */
  readonly rssBytes: number;
  /** The longest block of its event loop in the last minute. */
  readonly lagMs: number;
  /** Whether it takes jobs, takes none at an operator's order, or is about to exit. */
  readonly phase: "taking" | "held" | "stopping";
  readonly queues: readonly QueueReport[];
}

/** What a worker says of one of the queues that it takes jobs from. */
export interface QueueReport {
  readonly name: string;
  readonly slots: number;
  /** Jobs that run, also those that are not named. */
  readonly running: number;
  /** The longest running first. */
  readonly jobs: readonly ReportedJob[];
}

export interface ReportedJob {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  /** Since this attempt began. */
  readonly ranMs: number;
}

export function formatReport(report: WorkerReport): string {
  return JSON.stringify(report, (_, value: unknown) =>
    typeof value === "number" ? Math.round(value) : value,
  );
}

/** A report as Redis holds it; `undefined` for what is none, whoever wrote it. */
export function parseReport(json: string): WorkerReport | undefined {
  try {
    return stored.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
