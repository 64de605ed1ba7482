import { AsyncLocalStorage, createHook } from "node:async_hooks";

/** Begins some work, and can tell how many of the intervals that it set are still running. */
export function watchIntervals<Work>(begin: () => Work): {
  readonly work: Work;
  /** Ends the watch. */
  readonly countLeft: () => number;
} {
  const context = new AsyncLocalStorage<true>();
  const timers: NodeJS.Timeout[] = [];
  const hook = createHook({
    init(_, type, __, resource) {
      if (type === "Timeout" && context.getStore()) timers.push(resource as NodeJS.Timeout);
    },
  }).enable();
  return {
    work: context.run(true, begin),
    countLeft() {
      hook.disable();
      return timers.filter((timer) => timer.hasRef() && isRepeated(timer)).length;
    },
  };
}

/** Still; a timer that ends by itself, as one that lost a race does, holds nobody up. */
function isRepeated(timer: object): boolean {
  const { _repeat: everyMs = null, _destroyed: isCleared }: Internals = timer;
  return everyMs !== null && isCleared !== true;
}

/** What Node.js keeps in a timer, and tells in no other way. */
interface Internals {
  readonly _repeat?: number | null;
  readonly _destroyed?: boolean;
}
