export interface Pace {
  /** Seconds since it was made. */
  readonly seconds: number;
  /** Whether another period of so many seconds has passed since this was last true for `what`. */
  isDue(what: string, everyS: number): boolean;
}

/** Keeps time for things that are done every so often, however long each of them takes. */
export function createPace(): Pace {
  const startedAt = performance.now();
  const done = new Map<string, number>();
  return {
    get seconds() {
      return (performance.now() - startedAt) / 1_000;
    },
    isDue(what, everyS) {
      const periods = Math.floor(this.seconds / everyS);
      if (periods <= (done.get(what) ?? 0)) return false;
      done.set(what, periods);
      return true;
    },
  };
}
