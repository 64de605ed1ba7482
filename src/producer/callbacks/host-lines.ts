import { callbackLimits } from "../../contract/callbacks.ts";

/** How long callbacks are left alone that have found no turn, by how their hosts get on. */
export interface HostLines {
  /** Notes that a request to the host begins; the returned function, that it has ended. */
  begin(host: string): () => void;
  /**
   * Puts a callback behind those for its host that have found no turn either, and returns for how many ms
   * it is left alone. `ageMs` is how long ago its job has ended.
   */
  join(host: string, ageMs: number): number;
}

type Limits = Readonly<Record<"atOnceOfHost" | "leastLaterMs" | "mostLaterMs", number>>;

/** The part of its age after which a callback is looked at again at the latest. */
const agePart = 1 / 2;
/** Of a younger one, taken for its age. */
const leastAgeMs = 4_000;

/**
 * A line is as slow as the request that has been under way for longest: behind a receiver that hangs the
 * waits grow to the most there is, and behind one that only has much to do its callbacks come as its
 * turns do. No callback waits for more than half of its age, so that a receiver that hangs for a moment
 * is not left alone for long.
 */
export function createHostLines(
  limits: Limits = callbackLimits,
  now: () => number = () => performance.now(),
): HostLines {
  const underway = new Map<string, Set<{ readonly since: number }>>();
  /** When the last in line has its turn; those first that nobody has joined for longest. */
  const ends = new Map<string, number>();

  const forgetOver = () => {
    for (const [host, end] of ends) {
      if (end > now()) return;
      ends.delete(host);
    }
  };
  return {
    begin(host) {
      const requests = underway.get(host) ?? new Set();
      const request = { since: now() };
      underway.set(host, requests.add(request));
      return () => {
        requests.delete(request);
        if (requests.size === 0 && underway.get(host) === requests) underway.delete(host);
      };
    },
    join(host, ageMs) {
      forgetOver();
      const [oldest] = underway.get(host) ?? [];
      // Others have the turns that it is to wait for: nothing tells how quick its host is.
      const turnMs = oldest === undefined ? Infinity : (now() - oldest.since) / limits.atOnceOfHost;
      const most = Math.min(limits.mostLaterMs, Math.max(leastAgeMs, ageMs) * agePart);
      const end = Math.max(ends.get(host) ?? 0, now()) + turnMs;
      if (turnMs < Infinity) {
        ends.delete(host);
        ends.set(host, Math.min(end, now() + limits.mostLaterMs));
      }
      const waitMs = Math.min(most, end - now());
      return Math.max(limits.leastLaterMs, waitMs * (1 - Math.random() / 2));
    },
  };
}
