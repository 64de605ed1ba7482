import type { JobFilter } from "../../../contract/job-filter.ts";
import { createKeyedId, isJobId, keyPattern } from "../../../queue/job-id.ts";
import type { ReadIdSecret } from "../../../queue/id-secret.ts";
import type { IndexedJob, JobIndex } from "../../explorer/job-index.ts";

/** Jobs with one key at most that are shown: it can have one of each task. */
const mostAlike = 50;

export interface LookUpDeps {
  readonly index: Pick<JobIndex, "page">;
  readonly idSecret: ReadIdSecret;
  /** The names of all tasks. */
  readonly tasks: readonly string[];
}

/** The jobs that a text names, as their id or as the Idempotency-Key that they were submitted with. */
export async function lookUp(
  { index, idSecret, tasks }: LookUpDeps,
  { text = "", task, ...filter }: JobFilter,
): Promise<readonly IndexedJob[]> {
  const find = async (id: string) =>
    (await index.page({ ...filter, ...(task && { task }), id }, "created", undefined, mostAlike))
      .jobs;
  const word = text.trim();
  if (isJobId(word)) return find(word);
  if (!keyPattern.test(word)) return [];
  const secret = await idSecret();
  const names = task === undefined ? tasks : [task];
  const found = await Promise.all(names.map((name) => find(createKeyedId(secret, name, word))));
  return found.flat().slice(0, mostAlike);
}
