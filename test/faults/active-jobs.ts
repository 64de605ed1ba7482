import type { WorkerProcess } from "../support/processes.ts";

/** How many jobs the worker says it is running. */
export async function readActiveJobs({ metricsUrl }: WorkerProcess): Promise<number> {
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  return Number(/^taskqueue_worker_active_jobs\{queue="default"\} (\d+)/m.exec(scrape)?.[1]);
}
