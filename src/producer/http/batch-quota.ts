import type { ParameterizedContext } from "koa";
import { clientOf } from "../../service/client-address.ts";
import { createTally } from "../../service/tally.ts";
import { RequestError } from "./errors.ts";

const mostPerClient = 2;
/** A batch of a thousand rows is taken within a second. */
const retryAfterSeconds = 1;

export interface BatchQuota {
  /** Returns what gives the place back; throws a 429 `RequestError` when this client has two batches under way. */
  enter(ctx: ParameterizedContext): () => void;
}

/** Bounds what batches hold in memory, and what of the queue one client may take up with them. */
export function createBatchQuota(): BatchQuota {
  const tally = createTally();
  return {
    enter(ctx) {
      const client = clientOf(ctx.ip);
      if (tally.of(client) >= mostPerClient) {
        const message = `expected at most ${mostPerClient} batches from here at once`;
        throw new RequestError(429, message, { retryAfterSeconds });
      }
      return tally.add(client);
    },
  };
}
