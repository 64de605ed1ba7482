import { callbackLimits } from "../../contract/callbacks.ts";

/** How many requests may be under way at once, and wait for others to end. */
export interface HostTurns {
  /**
   * Waits for a turn for a request to the host, which the returned function gives back; `undefined` if
   * none comes in time, too many wait already, or the signal aborts.
   */
  take(host: string, signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Whether further requests may wait, whichever their host. */
  hasRoom(): boolean;
}

interface Waiting {
  readonly host: string;
  readonly start: () => void;
}

type Limits = Pick<
  typeof callbackLimits,
  "atOnce" | "atOnceOfHost" | "waiting" | "waitingForHost" | "waitMs"
>;

/** So many in all, and so many of one host: a slow one leaves turns to the others. */
export function createHostTurns(limits: Limits = callbackLimits): HostTurns {
  const taken = new Map<string, number>();
  const queue = new Set<Waiting>();
  let all = 0;

  const countOf = (host: string) => taken.get(host) ?? 0;
  const isFree = (host: string) => all < limits.atOnce && countOf(host) < limits.atOnceOfHost;
  const begin = (host: string) => {
    all += 1;
    taken.set(host, countOf(host) + 1);
    return () => {
      all -= 1;
      if (countOf(host) === 1) taken.delete(host);
      else taken.set(host, countOf(host) - 1);
      const next = [...queue].find((one) => isFree(one.host));
      next?.start();
    };
  };
  return {
    async take(host, signal) {
      if (isFree(host)) return begin(host);
      const ofHost = [...queue].filter((one) => one.host === host).length;
      if (queue.size >= limits.waiting || ofHost >= limits.waitingForHost) return undefined;
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
      const leave = () => {
        queue.delete(waiting);
        resolve(undefined);
      };
      const waiting: Waiting = {
        host,
        start: () => {
          queue.delete(waiting);
          resolve(begin(host));
        },
      };
      queue.add(waiting);
      const timer = setTimeout(leave, limits.waitMs);
      signal.addEventListener("abort", leave, { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", leave);
      });
    },
    hasRoom: () => queue.size < limits.waiting,
  };
}
