import { callbackLimits } from "../../contract/callbacks.ts";

/** Whose request it is, and where it goes. */
export interface Party {
  readonly host: string;
  /** The client that has submitted the job; empty where nothing says. */
  readonly owner: string;
}

/** How many requests may be under way at once, and wait for others to end. */
export interface HostTurns {
  /**
   * Waits for a turn for a request, which the returned function gives back; `undefined` if none comes
   * in time, too many wait already, or the signal aborts.
   */
  take(party: Party, signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Whether further requests may wait, whoever's they are. */
  hasRoom(): boolean;
}

interface Waiting extends Party {
  readonly start: () => void;
}

type Limits = Readonly<
  Record<"atOnce" | "atOnceOfHost" | "waiting" | "waitingForHost" | "waitMs", number>
>;

/**
 * So many in all, so many to one host, and of one owner no more than are then free: whose receivers are
 * slow, under however many names, leaves turns and places to others. Owners who wait are served by turns.
 */
export function createHostTurns(limits: Limits = callbackLimits): HostTurns {
  const ofHosts = createCounts();
  const ofOwners = createCounts();
  /** Of each owner, the one first that was served longest ago. */
  const lines = new Map<string, Set<Waiting>>();
  let all = 0;

  const isFree = ({ host, owner }: Party) =>
    all < limits.atOnce &&
    ofHosts.of(host) < limits.atOnceOfHost &&
    ofOwners.of(owner) < limits.atOnce - all;
  const count = ({ host, owner }: Party, by: 1 | -1) => {
    all += by;
    ofHosts.add(host, by);
    ofOwners.add(owner, by);
  };
  const begin = (party: Party) => {
    count(party, 1);
    return () => {
      count(party, -1);
      let hasServed = serve();
      while (hasServed) hasServed = serve();
    };
  };
  const serve = () => {
    for (const [owner, line] of lines) {
      const next = [...line].find(isFree);
      if (next !== undefined) {
        lines.delete(owner);
        lines.set(owner, line);
        next.start();
        return true;
      }
    }
    return false;
  };
  const listWaiting = () => [...lines.values()].flatMap((line) => [...line]);
  const mayWait = ({ host, owner }: Party) => {
    const waiting = listWaiting();
    const ofHost = waiting.filter((one) => one.host === host);
    const ofOwner = lines.get(owner)?.size ?? 0;
    const ofOwnerAtHost = ofHost.filter((one) => one.owner === owner).length;
    return (
      ofOwnerAtHost < limits.waitingForHost - ofHost.length &&
      ofOwner < limits.waiting - waiting.length
    );
  };
  const wait = (waiting: Waiting) => {
    const line = lines.get(waiting.owner) ?? new Set();
    lines.set(waiting.owner, line.add(waiting));
  };
  const leave = (waiting: Waiting) => {
    const line = lines.get(waiting.owner);
    line?.delete(waiting);
    if (line?.size === 0) lines.delete(waiting.owner);
  };
  return {
    async take(party, signal) {
      if (isFree(party)) return begin(party);
      if (!mayWait(party)) return undefined;
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
      const waiting = {
        ...party,
        start: () => {
          leave(waiting);
          resolve(begin(party));
        },
      };
      const giveUp = () => {
        leave(waiting);
        resolve(undefined);
      };
      wait(waiting);
      const timer = setTimeout(giveUp, limits.waitMs);
      signal.addEventListener("abort", giveUp, { once: true });
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
      });
    },
    hasRoom: () => listWaiting().length < limits.waiting,
  };
}

function createCounts() {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    add: (key: string, by: number) => {
      const count = of(key) + by;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    },
  };
}
