import { setTimeout as sleep } from "node:timers/promises";

/** Wraps a read so that within `ms` all callers share one; a failed read is not remembered. */
export function remember<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    if (last === undefined || performance.now() >= last.until) {
      const value = read();
      last = { value, until: performance.now() + ms };
      value.catch(() => {
        if (last?.value === value) last = undefined;
      });
    }
    return last.value;
  };
}

export interface Renewed<T> {
  get(): Promise<T>;
  /** What was read is old: whoever asks from now on is told what is read from now on. */
  outdate(): void;
}

/** As `remember`, and read anew before that when told to, but not within `pauseMs` of the last time. */
export function renew<T>(
  { ms, pauseMs }: { readonly ms: number; readonly pauseMs: number },
  read: () => Promise<T>,
): Renewed<T> {
  let last: Turn<T> | undefined;
  return {
    get() {
      const now = performance.now();
      if (last !== undefined && !last.old && now < last.startsAt + ms) return last.value;
      const startsAt = Math.max(now, (last?.startsAt ?? Number.NEGATIVE_INFINITY) + pauseMs);
      const begin = () => {
        turn.begun = true;
        return read();
      };
      const turn = { startsAt, begun: false, old: false };
      const value = startsAt > now ? sleep(startsAt - now).then(begin) : begin();
      last = Object.assign(turn, { value });
      value.catch(() => {
        turn.old = true;
      });
      return value;
    },
    outdate() {
      if (last?.begun === true) last.old = true;
    },
  };
}

interface Turn<T> {
  readonly startsAt: number;
  readonly value: Promise<T>;
  readonly begun: boolean;
  old: boolean;
}
