import { isJobId } from "./job-id.ts";

/** What a job that another one submitted has beside BullMQ's own options. */
interface Ancestry {
  /** The id of the job that submitted it. For operators: whoever knows this job may not know that one. */
  readonly submittedBy: string;
  /** 1 where a client submitted that one. */
  readonly generation: number;
}

/** The options of a job that the one of that id and those options submits. */
export function descendFrom(id: string, options: object): Ancestry {
  return { submittedBy: id, generation: readGeneration(options) + 1 };
}

/** 0 for a job that no other has submitted. */
export function readGeneration(options: object): number {
  const { generation }: Partial<Record<keyof Ancestry, unknown>> = options;
  return Number.isSafeInteger(generation) ? Math.max(0, Number(generation)) : 0;
}

/** The id of the job that submitted it, if one did. */
export function readSubmittingJob(options: object): string | undefined {
  const { submittedBy }: Partial<Record<keyof Ancestry, unknown>> = options;
  return typeof submittedBy === "string" && isJobId(submittedBy) ? submittedBy : undefined;
}

/** The same in these options, as Redis keeps them. */
export function findSubmittingJob(options: string): string | undefined {
  return readSubmittingJob({ submittedBy: /"submittedBy":"([^"\\]+)"/.exec(options)?.[1] });
}
