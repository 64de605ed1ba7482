import { type Clocks, clockMs } from "./clocks.ts";

/** What counts as a block; shorter ones cost nobody more than a pause. */
const minBlockMs = 1_000;

/** The event loop stood still. */
export interface Block {
  readonly ms: number;
  /** Whose code it was, if that is certain. */
  readonly task: string | undefined;
  /** The tasks that ran at the time. */
  readonly running: readonly string[];
}

export interface BlockWatch {
  /** Runs a task's code in this process. */
  track<T>(task: string, run: () => Promise<T>): Promise<T>;
  close(): void;
}

/**
 * Tells of each block of the event loop once it is over, and by which task. Certain is a task that
 * ran alone, or whose code was the first to go on in the same turn of the loop: its call returned,
 * or it ended. A process that was stopped as a whole, the guard with it, was not blocked.
 */
export function startBlockWatch(clocks: Clocks, onBlock: (block: Block) => void): BlockWatch {
  const running = new Set<{ readonly task: string }>();
  let seenAt = performance.now();
  let guardAt = clocks.read("guard");
  let culprit: string | undefined;

  const blame = (task: string) => {
    if (performance.now() - seenAt >= clockMs + minBlockMs) culprit ??= task;
  };
  const look = () => {
    clocks.advance("main");
    const now = performance.now();
    const guardNow = clocks.read("guard");
    const ms = Math.min(now - seenAt - clockMs, guardNow - guardAt);
    if (ms >= minBlockMs) {
      const names = [...new Set([...running].map(({ task }) => task))];
      onBlock({ ms, task: culprit ?? (names.length === 1 ? names[0] : undefined), running: names });
    }
    seenAt = now;
    guardAt = guardNow;
    culprit = undefined;
  };
  const timer = setInterval(look, clockMs);

  return {
    async track(task, run) {
      const entry = { task };
      running.add(entry);
      try {
        const work = run();
        blame(task);
        return await work;
      } finally {
        blame(task);
        running.delete(entry);
      }
    },
    close: () => clearInterval(timer),
  };
}
