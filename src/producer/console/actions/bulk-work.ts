import { type BulkAction, bulkActions } from "../../../contract/actions.ts";
import { type FilterState, parseJobFilter } from "../../../contract/job-filter.ts";
import type { BulkJob, BulkOrder } from "../../../queue/bulk-records.ts";
import type { ShareEnd } from "../../../queue/bulk-leases.ts";
import { cancelJob } from "../../../queue/cancellation.ts";
import { cancelledReason } from "../../../queue/failure-text.ts";
import { removeJob, retryJob } from "../../../queue/job-moves.ts";
import type { MeantJob } from "../../../queue/meant-job.ts";
import { UnavailableError } from "../../http/errors.ts";
import type { Desk, Desks } from "../../jobs/desk.ts";

/** Why one of many was not served; `undefined` where it was. */
type Verdict = string | undefined;

type Order = Pick<BulkOrder, "by" | "reason" | "action" | "filter"> & { readonly id: string };

interface Chosen {
  readonly id: string;
  /** As the filter found it. */
  readonly meant: MeantJob;
}

/** How each is done to one job. It may be done again where a producer was killed in it. */
const deeds: Readonly<
  Record<BulkAction, (desk: Desk, order: Order, job: Chosen) => Promise<Verdict>>
> = {
  async retry({ ask }, order, { id, meant: { createdAt } }) {
    const move = { id, createdAt, act: actOf(order), bulk: order.id };
    const found = await ask((queue, redis) => retryJob(queue, redis, move));
    return found === "done" ? undefined : words[found];
  },
  async cancel({ ask }, order, { id, meant }) {
    const found = await ask((queue, redis) => cancelJob(queue, redis, id, actOf(order), meant));
    if (found.kind === "gone" || found.kind === "moved") return words[found.kind];
    if (found.kind !== "ended") return undefined;
    const reason = await ask((queue, redis) => redis.hget(queue.toKey(id), "failedReason"));
    return reason === cancelledReason ? undefined : "it has ended by itself";
  },
  async delete({ ask }, _, { id, meant }) {
    const found = await ask((queue, redis) => removeJob(queue, redis, id, meant));
    // It is what was wanted, and perhaps this run has done it.
    return found === "done" || found === "gone" ? undefined : words[found];
  },
};

const words = {
  gone: "there is no such job any more",
  unended: "it has not ended",
  succeeded: "it has succeeded",
  damaged: "what Redis holds of it is damaged",
  child: "it belongs to another job, which waits for it",
  held: "another job with its unique key has not ended",
  working: "it is working",
  moved: "it has moved since it was chosen",
} as const;

function actOf({ id, by, action, reason }: Order) {
  return { by, action, ...(reason !== undefined && { reason }), bulk: id };
}

/** The states that the filter named; all that its action can be done in where it names none. */
function statesOf({ action, filter }: Order): readonly FilterState[] {
  const { states } = parseJobFilter(new URLSearchParams(filter), { nowMs: Date.now() }).filter;
  return states ?? bulkActions[action];
}

/** Acts on some jobs of a run at once. Throws an `UnavailableError` while Redis cannot be asked. */
export async function actOnAll(
  desks: Desks,
  order: Order,
  jobs: readonly BulkJob[],
): Promise<ShareEnd> {
  const states = statesOf(order);
  const verdicts = await Promise.all(
    jobs.map(async ({ queue, id, createdAt }) => {
      const desk = desks.get(queue);
      if (desk === undefined) return { id, kind: "refused", why: `there is no queue "${queue}"` };
      try {
        const why = await deeds[order.action](desk, order, { id, meant: { states, createdAt } });
        return { id, kind: why === undefined ? "done" : "refused", why };
      } catch (error) {
        if (error instanceof UnavailableError) throw error;
        return { id, kind: "failed", why: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  const countOf = (kind: string) => verdicts.filter((one) => one.kind === kind).length;
  return {
    done: countOf("done"),
    refused: countOf("refused"),
    failed: countOf("failed"),
    unserved: verdicts.flatMap(({ id, why }) => (why === undefined ? [] : [[id, why] as const])),
  };
}
