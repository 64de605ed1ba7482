import type { submissionOutcomes } from "../../contract/metrics.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import type { RouteContext } from "../http/route.ts";
import type { Submission } from "./submission.ts";

/** What stands for those without a name, and for names beyond the limit; neither can be anybody's. */
const stranger = "_STRANGER";
const other = "_OTHER";
/** Names come from the file of users alone; a file that changes all the time must not add series for ever. */
const mostNames = 100;

/** As a client, somebody who has a name is the same at every address. */
export function clientOfName(name: string): string {
  return `user ${name}`;
}

/** As whom a request submits. */
export function submitterOf({
  state: { visitor },
}: Pick<RouteContext, "state">): Pick<Submission, "client" | "submitter"> {
  return { client: visitor.client, submitter: visitor.name };
}

/** Returns a function that counts a submission by who has sent it. */
export function createSubmitterCount(metrics: Pick<ProducerMetrics, "submissions">) {
  const counted = new Set<string>();
  const labelOf = (name: string | undefined) => {
    if (name === undefined) return stranger;
    if (!counted.has(name) && counted.size >= mostNames) return other;
    counted.add(name);
    return name;
  };
  return (name: string | undefined, outcome: (typeof submissionOutcomes)[number]) =>
    metrics.submissions.inc({ submitter: labelOf(name), outcome });
}

export type CountSubmitter = ReturnType<typeof createSubmitterCount>;
