import { UnavailableError } from "../http/errors.ts";

export interface GateLimits {
  readonly atOnce: number;
  /** Of those that wait for their turn. */
  readonly waiting: number;
  readonly waitMs: number;
}

export interface ReadGate {
  /** Reads as soon as there is a turn; throws an `UnavailableError` (`too_many_reads`) if none comes. */
  pass<T>(read: () => Promise<T>): Promise<T>;
}

/**
 * Reads share one connection with submissions, which so wait for a few of them at most; a Redis that
 * is 100 ms away still serves all 500 streams of jobs within a second. These may wait, and as many
 * others, for as long as Redis may take to answer.
 */
const defaults: GateLimits = { atOnce: 64, waiting: 1_000, waitMs: 2_000 };

/** Lets so many reads through at once, in the order in which they came. */
export function createReadGate({ atOnce, waiting, waitMs }: GateLimits = defaults): ReadGate {
  const queue = new Set<() => void>();
  let running = 0;

  const untilTurn = async () => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.size >= waiting) throw new UnavailableError("too_many_reads");
    const { promise: turn, resolve, reject } = Promise.withResolvers<void>();
    queue.add(resolve);
    const timer = setTimeout(() => {
      queue.delete(resolve);
      reject(new UnavailableError("too_many_reads"));
    }, waitMs);
    await turn.finally(() => clearTimeout(timer));
  };
  const leave = () => {
    const [next] = queue;
    if (next === undefined) {
      running -= 1;
      return;
    }
    // It takes over the place of the one that leaves.
    queue.delete(next);
    next();
  };
  return {
    async pass(read) {
      await untilTurn();
      try {
        return await read();
      } finally {
        leave();
      }
    },
  };
}
