import type { PassThrough } from "node:stream";
import type { ParameterizedContext } from "koa";
import { clientOf } from "../../service/client-address.ts";
import { createTally } from "../../service/tally.ts";
import { RequestError } from "./errors.ts";

const mostPerClient = 20;
/** Streams end with their jobs, so there is soon room again. */
const retryAfterSeconds = 5;

export interface StreamQuota {
  /** Opens a stream for this client; throws a 429 `RequestError` when it has 20 open already. */
  open(ctx: ParameterizedContext, open: () => PassThrough): PassThrough;
}

/** Shares the event streams out, so that no client can take all of them. */
export function createStreamQuota(): StreamQuota {
  const tally = createTally();
  return {
    open(ctx, open) {
      const client = clientOf(ctx.ip);
      if (tally.of(client) >= mostPerClient) {
        const message = `too many event streams are open from here, expected at most ${mostPerClient}`;
        throw new RequestError(429, message, { retryAfterSeconds });
      }
      const stream = open();
      stream.once("close", tally.add(client));
      return stream;
    },
  };
}
