import { z } from "zod";
import { reportLimits } from "../contract/job-reports.ts";

/** How far an attempt of a job has come, as its task told last. */
export interface StoredProgress {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly text?: string;
  readonly attempt: number;
}

const stored = z.object({
  fraction: z.number().min(0).max(1),
  text: z
    .string()
    .transform((text) => text.slice(0, reportLimits.text).toWellFormed())
    .optional()
    .catch(undefined),
  attempt: z.int().min(1),
});

/** What BullMQ keeps as a job's progress where it has none. */
export const noProgress = 0;

/** What BullMQ keeps of a job's progress; `undefined` for what is not ours. */
export function readProgress(progress: unknown): StoredProgress | undefined {
  if (typeof progress !== "object" || progress === null) return undefined;
  const { data } = stored.safeParse(progress);
  if (data === undefined) return undefined;
  const { fraction, text, attempt } = data;
  return { fraction, attempt, ...(text !== undefined && text !== "" && { text }) };
}
