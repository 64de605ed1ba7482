import { slopeOf } from "./slope.ts";

/** Garbage makes saw teeth: only the least within so many seconds is what is really held. */
const windowS = 120;
/** Caches fill and code is compiled in the first minutes. */
const warmUpS = 300;

export interface MemoryRecord {
  /** Reads what is in use; `second` counts from the start. */
  read(second: number): Promise<void>;
  /** Bytes in use at the last reading. */
  readonly latest: number;
  /** Growth in bytes per hour without the first five minutes; `undefined` while that is too little to tell. */
  slope(): number | undefined;
}

/** Follows the bytes that a process or server holds. */
export function createMemoryRecord(readBytes: () => Promise<number>): MemoryRecord {
  const leasts = new Map<number, number>();
  let latest = Number.NaN;
  return {
    async read(second) {
      latest = await readBytes();
      if (second < warmUpS) return;
      const window = Math.floor(second / windowS);
      leasts.set(window, Math.min(latest, leasts.get(window) ?? latest));
    },
    get latest() {
      return latest;
    },
    slope() {
      if (leasts.size < 3) return undefined;
      return slopeOf([...leasts].map(([window, y]) => ({ x: (window * windowS) / 3_600, y })));
    },
  };
}

/** Bytes of heap in use, as a service's /metrics tells. */
export async function readHeap(metricsUrl: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const used = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1];
  if (used === undefined) throw new Error(`expected nodejs_heap_size_used_bytes in:\n${text}`);
  return Number(used);
}
