import { parseTime } from "./stored-time.ts";

/** What a job was submitted by, where no client asked for it. */
export interface JobSchedule {
  readonly key: string;
  /** Unix time in ms at which it was due; `undefined` where an operator had the schedule run at once. */
  readonly slotMs: number | undefined;
}

/** The option, beside BullMQ's own, that says by which schedule a job was submitted. */
export function bySchedule({ key, slotMs }: JobSchedule) {
  return { schedule: { key, ...(slotMs !== undefined && { slot: slotMs }) } } as const;
}

/** Reads what `bySchedule` wrote into a job; `undefined` if it is anything else. */
export function readJobSchedule(options: object): JobSchedule | undefined {
  const schedule: unknown = "schedule" in options ? options.schedule : undefined;
  if (typeof schedule !== "object" || schedule === null) return undefined;
  const { key, slot }: { key?: unknown; slot?: unknown } = schedule;
  return typeof key === "string" ? { key, slotMs: parseTime(slot) } : undefined;
}
