import { z } from "zod";
import { logLevels } from "../../contract/job-reports.ts";
import { idPattern } from "../../queue/job-id.ts";
import type { ReadLog } from "../../queue/job-log.ts";
import { refer } from "../http/operation.ts";
import { type Components, placeSchema } from "../http/components.ts";

const line = z
  .object({
    number: z.int().min(1).meta({ description: "1 for the first that the job has had." }),
    time: z.iso.datetime().optional(),
    level: z.enum(logLevels).optional(),
    attempt: z.int().min(1).optional(),
    message: z.string(),
  })
  .meta({ description: "One that an operator has written has a message alone." });

/** A job's log as the API tells it and the pages show it. */
export const jobLog = z.object({
  id: z.string().regex(idPattern),
  logged: z.int().min(0).meta({ description: "Lines that the job has had so far." }),
  lines: z.array(line).meta({ description: "Those that are kept, the latest last." }),
});
export type JobLog = z.infer<typeof jobLog>;

/** The lines after one that is known; all that are kept where there is none of that number yet. */
export function tellLog(id: string, { logged, lines }: ReadLog, after = 0): JobLog {
  const known = after > logged ? 0 : after;
  return {
    id,
    logged,
    lines: lines
      .filter(({ number }) => number > known)
      .map(({ at, ...told }) => ({
        ...told,
        ...(at !== undefined && { time: new Date(at).toISOString() }),
      })),
  };
}

/** It as a component of an OpenAPI document. */
export function describeLog(): Components {
  const { schema, components } = placeSchema(z.toJSONSchema(jobLog), refer("JobLog").$ref);
  return { JobLog: schema, ...components };
}
