import { setImmediate as nextRound } from "node:timers/promises";

/** Lets so many go at once, and only one begin before the event loop has looked at everything else. */
export interface Turns {
  /** Resolves, in the order in which it was asked, with a function that gives the turn back. */
  take(): Promise<() => void>;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  let taken = 0;
  let begun: Promise<unknown> = Promise.resolve();
  const give = () => {
    const [next] = waiting;
    if (next === undefined) {
      taken -= 1;
      return;
    }
    // It takes over the turn that was given back.
    waiting.delete(next);
    next();
  };
  return {
    async take() {
      if (taken < atOnce) taken += 1;
      else await new Promise<void>((resolve) => waiting.add(resolve));
      begun = begun.then(() => nextRound());
      await begun;
      return give;
    },
  };
}
