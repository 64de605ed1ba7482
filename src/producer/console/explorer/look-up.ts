import type { JobFilter } from "../../../contract/job-filter.ts";
import { createKeyedId, isJobId, keyPattern } from "../../../queue/job-id.ts";
import type { ReadIdSecret } from "../../../queue/id-secret.ts";
import type { IndexedJob, JobIndex } from "../../explorer/job-index.ts";

/** Jobs with one key at most that are shown: it can have one of each task and each submitter. */
const mostAlike = 50;

export interface LookUpDeps {
  readonly index: Pick<JobIndex, "named">;
  readonly idSecret: ReadIdSecret;
  /** The names of all tasks. */
  readonly tasks: readonly string[];
  /** The names of all who have submitted what is kept. */
  readonly submitters: readonly string[];
}

/** The jobs that a text names, as their id or as the Idempotency-Key that anybody submitted them with. */
export async function lookUp(
  { index, idSecret, tasks, submitters }: LookUpDeps,
  { text = "", ...filter }: JobFilter,
): Promise<readonly IndexedJob[]> {
  const word = text.trim();
  if (isJobId(word)) return index.named([word], filter, mostAlike);
  if (!keyPattern.test(word)) return [];
  const secret = await idSecret();
  // A row of a file has a key of no submitter's, whoever has sent it.
  const names = [undefined, ...(filter.submitter === undefined ? submitters : [filter.submitter])];
  const ids = (filter.task === undefined ? tasks : [filter.task]).flatMap((task) =>
    names.map((submitter) => createKeyedId(secret, { task, idempotencyKey: word, submitter })),
  );
  return index.named(ids, filter, mostAlike);
}
