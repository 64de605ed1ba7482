type State = "waiting" | "active" | "delayed" | "succeeded" | "failed";

/** How many jobs are in each state, by a service's own metrics; throws while they tell nothing. */
export async function readJobs(metricsUrl: string): Promise<Readonly<Record<State, number>>> {
  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  const count = (state: State) => {
    const text = new RegExp(`taskqueue_queue_jobs\\{.*state="${state}"\\} (\\d+)`).exec(
      scrape,
    )?.[1];
    if (text === undefined) throw new Error(`no count of ${state} jobs in ${scrape}`);
    return Number(text);
  };
  return {
    waiting: count("waiting"),
    active: count("active"),
    delayed: count("delayed"),
    succeeded: count("succeeded"),
    failed: count("failed"),
  };
}
