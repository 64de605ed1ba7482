import type { JobsOptions, Queue, RepeatOptions } from "bullmq";

/**
 * Makes the occurrence of a schedule that follows this one, unless it is there, as BullMQ does when
 * a worker takes this one.
 */
export async function addNextOccurrence(queue: Queue, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job?.repeatJobKey === undefined) return;
  const { repeatJobKey, name, data } = job;
  const opts: JobsOptions & { readonly repeat?: RepeatOptions } = job.opts;
  if (opts.repeat === undefined) return;
  const scheduler = await queue.jobScheduler;
  await scheduler.upsertJobScheduler(repeatJobKey, opts.repeat, name, data, opts, {
    override: false,
    producerId: id,
  });
}
