/** Two clocks in shared memory, by which main thread and guard see for how long the other one runs. */
export interface Clocks {
  readonly memory: SharedArrayBuffer;
  /** Goes on by the time since this thread's last step; only the clock's own thread may. */
  advance(clock: Clock): void;
  /** In ms. */
  read(clock: Clock): number;
}

const places = { main: 0, guard: 1 } as const;
type Clock = keyof typeof places;

/** Time between two steps of either clock. */
export const clockMs = 100;
/**
 * A step counts for no more: a thread that comes late for want of a processor, or while it loads
 * modules, has run all the same, and one whose process was stopped has not.
 */
const longestStepMs = 500;

export function createClocks(memory = new SharedArrayBuffer(16)): Clocks {
  const times = new BigInt64Array(memory);
  let steppedAt = performance.now();
  return {
    memory,
    advance(clock) {
      const now = performance.now();
      const stepMs = Math.min(now - steppedAt, longestStepMs);
      steppedAt = now;
      Atomics.add(times, places[clock], BigInt(Math.ceil(stepMs)));
    },
    read: (clock) => Number(Atomics.load(times, places[clock])),
  };
}
