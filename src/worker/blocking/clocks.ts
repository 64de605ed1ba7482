/** Two counters in shared memory, by which main thread and guard see whether the other one still runs. */
export interface Clocks {
  readonly memory: SharedArrayBuffer;
  /** Counts on; only the clock's own thread may. */
  advance(clock: Clock): void;
  read(clock: Clock): number;
}

const places = { main: 0, guard: 1 } as const;
type Clock = keyof typeof places;

/** Time between two counts of either clock. */
export const clockMs = 100;

export function createClocks(memory = new SharedArrayBuffer(8)): Clocks {
  const counters = new Int32Array(memory);
  return {
    memory,
    advance: (clock) => void Atomics.add(counters, places[clock], 1),
    read: (clock) => Atomics.load(counters, places[clock]),
  };
}
