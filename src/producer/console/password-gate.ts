import { RequestError } from "../http/errors.ts";

export interface PasswordGateLimits {
  readonly atOnce: number;
  /** Of those that wait for their turn. */
  readonly waiting: number;
  readonly waitMs: number;
}

export interface PasswordGate {
  /**
   * Compares as soon as there is a turn; throws a 429 `RequestError` if none comes. `tries` are those
   * of its client within the minute: the fewer, the sooner.
   */
  pass<T>(tries: number, compare: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly tries: number;
  readonly enter: () => void;
  readonly refuse: () => void;
}

/**
 * Lets so many compare at once. Whoever has tried least goes first, and takes the place of whoever
 * has tried most where no more may wait: many addresses that guess keep nobody else out.
 */
export function createPasswordGate({ atOnce, waiting, waitMs }: PasswordGateLimits): PasswordGate {
  /** In the order in which they came. */
  const queue = new Set<Waiting>();
  let running = 0;

  const makeRoom = (tries: number) => {
    if (queue.size < waiting) return;
    const most = [...queue].reduce((one, other) => (other.tries >= one.tries ? other : one));
    if (most.tries <= tries) throw refuseCrowd(waitMs);
    most.refuse();
  };
  const untilTurn = async (tries: number) => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    makeRoom(tries);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const refuse = () => {
      queue.delete(one);
      reject(refuseCrowd(waitMs));
    };
    const one: Waiting = { tries, enter: resolve, refuse };
    queue.add(one);
    const timer = setTimeout(refuse, waitMs);
    await promise.finally(() => clearTimeout(timer));
  };
  const leave = () => {
    if (queue.size === 0) {
      running -= 1;
      return;
    }
    // It takes over the place of the one that leaves.
    const next = [...queue].reduce((one, other) => (other.tries < one.tries ? other : one));
    queue.delete(next);
    next.enter();
  };
  return {
    async pass(tries, compare) {
      await untilTurn(tries);
      try {
        return await compare();
      } finally {
        leave();
      }
    },
  };
}

function refuseCrowd(waitMs: number): RequestError {
  return new RequestError(429, "too many people sign in at once, not only from here", {
    retryAfterSeconds: Math.ceil(waitMs / 1_000),
  });
}
