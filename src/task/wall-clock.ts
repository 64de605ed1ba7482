/** The clocks on the walls of a time zone. Their times are ms, too, counted as if they were in UTC. */
export interface WallClock {
  /** What the clocks show at an instant. */
  show(instantMs: number): number;
  /**
   * The instants at which they show that time, the earliest first: two where they were put back over
   * it. Where they were put forward over it, the one that is as long after the change as the time is
   * into the gap: of 02:30, where 02:00 is followed by 03:00, it is 03:30.
   */
  find(wallMs: number): readonly [first: number, second?: number];
}

const dayMs = 86_400_000;

/** Throws a `RangeError` for a zone that the system does not know. */
export function createWallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const show = (instantMs: number) => {
    const parts = Object.fromEntries(
      format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day, hour, minute, second } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const offsetAt = (instantMs: number) => show(instantMs) - instantMs;
  return {
    show,
    find(wallMs) {
      // Clocks are changed no more than once in two days, and no zone is a day from UTC.
      const before = wallMs - offsetAt(wallMs - dayMs);
      const after = wallMs - offsetAt(wallMs + dayMs);
      if (before === after) return [before];
      const shown = [before, after].filter((instantMs) => show(instantMs) === wallMs);
      const [first, second] = shown.toSorted((a, b) => a - b);
      if (first === undefined) return [before];
      return second === undefined ? [first] : [first, second];
    },
  };
}
