import { findGroups } from "./groups.ts";
import type { IndexStanding, JobIndex } from "./job-index.ts";
import type { JobTable } from "./job-table.ts";
import type { Kinds } from "./kinds.ts";
import { countStates, findAddresses, findNamed, findPage } from "./queries.ts";

type Sync<Call> = Call extends (...values: infer Values) => Promise<infer Answer>
  ? (...values: Values) => Answer
  : never;

/** A `JobIndex` within its thread, by the names of its calls. */
export type IndexAnswers = { readonly [Name in keyof JobIndex]: Sync<JobIndex[Name]> };

export function createAnswers({
  table,
  kinds,
  standing,
}: {
  readonly table: JobTable;
  readonly kinds: Kinds;
  readonly standing: () => IndexStanding;
}): IndexAnswers {
  return {
    page: (filter, sort, cursor, limit) => findPage(table, filter, { sort, cursor, limit }),
    named: (ids, filter, limit) => findNamed(table, ids, { filter, limit }),
    counts: (filter) => countStates(table, filter),
    ids: (filter, limit) => findAddresses(table, filter, limit),
    groups: (filter) =>
      findGroups(table, filter, {
        nowMs: Date.now(),
        messageOf: (group) => kinds.messageOf(group),
      }),
    standing,
  };
}
