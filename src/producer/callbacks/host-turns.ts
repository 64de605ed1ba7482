/** How many requests may be under way at once. */
export interface HostTurns {
  /** Takes a turn for a request to the host, which the returned function gives back; `undefined` if there is none. */
  take(host: string): (() => void) | undefined;
  /** Turns that are left, whichever the host. */
  free(): number;
}

/** So many in all, and so many of one host: a slow one leaves turns to the others. */
export function createHostTurns({
  atOnce,
  atOnceOfHost,
}: {
  readonly atOnce: number;
  readonly atOnceOfHost: number;
}): HostTurns {
  const taken = new Map<string, number>();
  let all = 0;
  const change = (host: string, by: number) => {
    const left = (taken.get(host) ?? 0) + by;
    all += by;
    if (left === 0) taken.delete(host);
    else taken.set(host, left);
  };
  return {
    take(host) {
      if (all >= atOnce || (taken.get(host) ?? 0) >= atOnceOfHost) return undefined;
      change(host, 1);
      return () => change(host, -1);
    },
    free: () => atOnce - all,
  };
}
