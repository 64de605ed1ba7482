import { within } from "../../service/deadline.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import type { JobIndex } from "./job-index.ts";

/** No scrape waits longer for it. */
const answerMs = 1_000;

/** Returns a function that reads the lag of the index anew; it does not throw. */
export function createLagCollector(
  index: Pick<JobIndex, "standing">,
  { jobIndexLag }: Pick<ProducerMetrics, "jobIndexLag">,
): () => Promise<void> {
  return async () => {
    const standing = await within(answerMs, index.standing()).catch(() => undefined);
    // Without labels, a reset would say 0.
    if (standing?.lagMs === undefined) jobIndexLag.remove();
    else jobIndexLag.set(standing.lagMs / 1_000);
  };
}
