import { takeCallbacks } from "../../queue/callback-takings.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import type { Desk } from "../jobs/desk.ts";
import { deliver, type DeliveryDeps } from "./delivery.ts";

export interface CourierDeps extends Omit<DeliveryDeps, "desk" | "metrics"> {
  readonly desk: Pick<Desk, "name" | "ask" | "readState" | "events">;
  readonly metrics: Pick<ProducerMetrics, "callbacks" | "callbackOldestLate">;
}

/** Looking costs Redis 0.1 ms. */
const everyMs = 500;
/** Jobs that end in so short a time are looked up together. */
const gatherMs = 50;
/** Until another producer takes over what one has in hand: longer than a request may wait and take, and noting its end. */
const heldMs = 30_000;
/** Callbacks taken in one step of Redis. */
const most = 64;
/** Ended jobs that one step of Redis looks up. */
const piece = 256;
/** Steps that one look takes, while the time of more may have come. */
const mostSteps = 16;
/** Ended jobs that are looked up at once; of more, the time of their callbacks comes anyway. */
const mostEnded = 10_000;

/**
 * Delivers the callbacks of a queue, together with other producers. An end is heard of by the queue's
 * events, and found without them when the callback's time comes. Returns a function that stops it,
 * and resolves once nothing is under way.
 */
export function startCourier(deps: CourierDeps): () => Promise<void> {
  const { desk, metrics, log, turns } = deps;
  const stopping = new AbortController();
  const underway = new Set<Promise<void>>();
  let ended = new Set<string>();
  let known = 0;
  let working: Promise<void> | undefined;
  let failing = false;

  const fail = (error: unknown) => {
    metrics.callbackOldestLate.remove({ queue: desk.name });
    if (failing || stopping.signal.aborted) return;
    failing = true;
    log.error({ queue: desk.name, err: error }, "cannot deliver callbacks");
  };
  const begin = (delivery: Promise<void>) => {
    const settled = delivery.catch(fail).finally(() => underway.delete(settled));
    underway.add(settled);
  };
  const take = async (ids: readonly string[]) => {
    const found = await desk.ask((queue, redis) =>
      takeCallbacks(queue, redis, { heldMs, most, ids }),
    );
    known = found.known;
    metrics.callbackOldestLate.set({ queue: desk.name }, found.oldestLateMs / 1_000);
    for (const taken of found.taken) begin(deliver(deps, taken, stopping.signal));
    return found.hasMore;
  };
  const work = async () => {
    try {
      const ids = [...ended];
      ended = new Set();
      for (let at = 0; at < ids.length; at += piece) await take(ids.slice(at, at + piece));
      let hasMore = true;
      for (let step = 0; step < mostSteps && hasMore && turns.hasRoom(); step += 1) {
        if (stopping.signal.aborted) return;
        hasMore = await take([]);
      }
      failing = false;
    } catch (error) {
      fail(error);
    }
  };
  const look = () => {
    if (stopping.signal.aborted) return;
    working ??= work().finally(() => {
      working = undefined;
    });
  };
  const hear = ({ jobId }: { readonly jobId: string }) => {
    if (known === 0 || ended.size >= mostEnded) return;
    if (ended.size === 0) setTimeout(look, gatherMs).unref();
    ended.add(jobId);
  };
  desk.events.on("completed", hear);
  desk.events.on("failed", hear);
  const timer = setInterval(look, everyMs);
  return async () => {
    clearInterval(timer);
    desk.events.off("completed", hear);
    desk.events.off("failed", hear);
    stopping.abort();
    await working;
    await Promise.all(underway);
  };
}
