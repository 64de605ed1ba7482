import type { Desk, Desks } from "./desk.ts";
import { type JobStatus, readJobStatus } from "./job-status.ts";

/** Jobs whose queue is remembered, some 100 bytes each: those that are watched, and read again. */
const mostRemembered = 10_000;

/**
 * Returns a function that reads a job's status wherever it is, `undefined` where no queue has it: an
 * id does not tell its queue. Where it was found last is looked at first, and mostly alone.
 */
export function createJobSearch(desks: Desks): (id: string) => Promise<JobStatus | undefined> {
  const foundIn = new Map<string, Desk>();
  const remember = (id: string, desk: Desk) => {
    foundIn.delete(id);
    foundIn.set(id, desk);
    const [oldest] = foundIn.keys();
    if (foundIn.size > mostRemembered && oldest !== undefined) foundIn.delete(oldest);
  };
  return async (id) => {
    const last = foundIn.get(id);
    const known = last && (await read(last, id));
    if (known !== undefined) return known;
    const others = [...desks.values()].filter((desk) => desk !== last);
    const found = await Promise.all(
      others.map(async (desk) => ({ desk, job: await read(desk, id) })),
    );
    const hit = found.find(({ job }) => job !== undefined);
    if (hit === undefined) foundIn.delete(id);
    else remember(id, hit.desk);
    return hit?.job;
  };
}

function read({ ask, readState }: Desk, id: string): Promise<JobStatus | undefined> {
  return ask((queue, redis) => readJobStatus({ queue, redis, state: readState }, id));
}
