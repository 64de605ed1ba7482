import type Router from "@koa/router";
import { paths } from "../contract/paths.ts";
import { within } from "./deadline.ts";

const answerMs = 500;
const fullRatio = 0.95;

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in words; empty when ready. */
  readonly reasons: readonly string[];
}

/** What a service needs to know of its broker to say whether it can work. */
export interface BrokerProbe {
  /** Why the connection cannot be used now; `undefined` when it can. */
  readonly outage: () => string | undefined;
  /** Bytes; rejects where Redis does not answer. */
  readonly readMemory: () => Promise<{ readonly used: number; readonly limit: number }>;
}

/** Whether a service can work: it is not draining, and its Redis answers and has room. */
export function createReadiness(
  { outage, readMemory }: BrokerProbe,
  draining: () => boolean,
): () => Promise<Readiness> {
  const findReason = async () => {
    if (draining()) return "draining";
    const known = outage();
    if (known !== undefined) return known;
    try {
      const { used, limit } = await within(answerMs, readMemory());
      return used < limit * fullRatio ? undefined : `redis has used ${used} of its ${limit} bytes`;
    } catch (error) {
      return `redis does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  return async () => {
    const reason = await findReason();
    return { ready: reason === undefined, reasons: reason === undefined ? [] : [reason] };
  };
}

/**
 * Adds `/healthz`, which never touches Redis, and `/readyz`, which is 503 when not ready and tells
 * all that it is given: the reasons name Redis' address, which is no stranger's business.
 */
export function registerHealth(
  router: Router,
  readiness: () => Promise<Pick<Readiness, "ready">>,
): void {
  router.get(paths.health, (ctx) => {
    ctx.set("Cache-Control", "no-store");
    ctx.body = { alive: true };
  });
  router.get(paths.readiness, async (ctx) => {
    const state = await readiness();
    ctx.set("Cache-Control", "no-store");
    ctx.status = state.ready ? 200 : 503;
    ctx.body = state;
  });
}
