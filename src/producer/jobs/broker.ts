import type { UnavailableKind } from "../../contract/failures.ts";
import type { Redis } from "ioredis";
import { within } from "../../service/deadline.ts";
import { UnavailableError } from "../http/errors.ts";

/** Longer than one command may take, so that this is the last resort. */
const callMs = 2_000;

export interface Broker {
  /**
   * Makes a call to Redis if that is ready now, and answers within 2 s: an `UnavailableError` says whether the
   * call can have had an effect.
   */
  readonly ask: <T>(call: () => Promise<T>) => Promise<T>;
}

export function createBroker(redis: Redis): Broker {
  return {
    async ask(call) {
      if (redis.status !== "ready") throw new UnavailableError("not_ready");
      try {
        return await within(callMs, call());
      } catch (error) {
        const kind = kindOf(error);
        throw kind === undefined ? error : new UnavailableError(kind, error);
      }
    },
  };
}

const kinds: readonly (readonly [RegExp, UnavailableKind])[] = [
  [/^(OOM|MISCONF)\b/, "storage_full"],
  [/^(BUSY|LOADING|READONLY|NOAUTH|NOPERM)\b|Stream isn't writeable/, "not_ready"],
  [
    /timed out|took longer than|Connection is closed|max retries per request|ECONN|EPIPE/i,
    "unknown",
  ],
];

function kindOf(error: unknown): UnavailableKind | undefined {
  if (!(error instanceof Error)) return undefined;
  return (
    kinds.find(([pattern]) => pattern.test(error.message))?.[1] ??
    causesOf(error)
      .map(kindOf)
      .find((kind) => kind !== undefined)
  );
}

/** Why Redis has taken none of a transaction's commands, as ioredis notes it. */
function causesOf(error: Error): readonly unknown[] {
  return "previousErrors" in error && Array.isArray(error.previousErrors)
    ? error.previousErrors
    : [];
}
