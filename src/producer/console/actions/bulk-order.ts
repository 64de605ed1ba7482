import { z } from "zod";
import { bulkNames } from "./bulk-json.ts";
import { reasonText } from "./order.ts";

/** What is to be done to which jobs, as forms and programs say it. */
export const bulkOrder = z
  .strictObject({
    action: z.enum(bulkNames),
    filter: z.string().max(2_000).default("").meta({
      description: "Which jobs, as the query of a list of jobs; all if it is empty.",
    }),
    reason: reasonText,
    jobs: z.coerce.number().int().min(0).optional().meta({
      description: "How many may match at most, as were seen before.",
    }),
  })
  .meta({ description: "An action on all jobs that match." });
