import { z } from "zod";
import { bulkActions, type BulkAction } from "../../../contract/actions.ts";
import type { BulkRun, ListedBulk } from "../../../queue/bulk-records.ts";

const time = z.iso.datetime();
const count = z.int().min(0);

/** The names of what can be done to many jobs. */
export const bulkNames = Object.keys(bulkActions) as [BulkAction, ...BulkAction[]];

/** What programs are told of a run. */
export const toldRun = z
  .object({
    id: z.string(),
    action: z.enum(bulkNames),
    filter: z
      .string()
      .meta({ description: "Which jobs were meant, as the query of a list of jobs." }),
    by: z.string(),
    reason: z.string().nullable(),
    state: z.enum(["running", "done", "stopped"]).meta({
      description: "One that is running waits while BOARD_READ_ONLY is true.",
    }),
    started_at: time,
    ended_at: time.nullable(),
    total: count,
    done: count,
    refused: count,
    failed: count,
    unserved: z
      .array(z.object({ id: z.string(), why: z.string() }))
      .optional()
      .meta({ description: "The latest that were refused or failed; not told in a list of runs." }),
  })
  .meta({ id: "Run", description: "An action on many jobs." });

/** The latest runs as programs are told of them. */
export const toldRuns = z
  .object({ runs: z.array(toldRun) })
  .meta({ description: "The latest runs, the latest first." });

/** A run as programs are told of it. */
export function tellRun(run: BulkRun | ListedBulk): z.infer<typeof toldRun> {
  const { startedAt, endedAt, reason, ...told } = run;
  return {
    ...told,
    ...("unserved" in run ? { unserved: [...run.unserved] } : { unserved: undefined }),
    reason: reason ?? null,
    started_at: new Date(startedAt).toISOString(),
    ended_at: endedAt === undefined ? null : new Date(endedAt).toISOString(),
  };
}
