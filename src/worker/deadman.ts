import type { Activity } from "./activity.ts";
import type { Brake } from "./brake.ts";
import type { QueueState } from "../queue/state.ts";

export interface DeadmanDeps {
  /** Rejects when Redis cannot be read, which is an outage and no wedge. */
  readonly readState: () => Promise<QueueState>;
  readonly activity: Pick<Activity, "running" | "lastStartAt">;
  /** A worker that Redis refuses to serve is not wedged: started anew, it would be refused as well. */
  readonly brake: Pick<Brake, "lastHeldAt">;
  readonly concurrency: number;
  /** Whether an operator has it take no jobs. */
  readonly isDrained: () => boolean;
  /** How long jobs may wait before free slots without one being started. */
  readonly limitMs: number;
  readonly onWedged: (waitedMs: number) => void;
}

/**
 * Watches for a worker that takes no jobs although it could, as BullMQ 6.0 to 6.3 did after an
 * outage without any error. Returns a function that stops the watch.
 */
export function startDeadman(deps: DeadmanDeps): () => void {
  const { readState, activity, brake, concurrency, isDrained, limitMs, onWedged } = deps;
  let idleSince: number | undefined;

  const look = async () => {
    const { jobs, paused, heldBy } = await readState();
    const mayTake = !paused && heldBy.length === 0 && !isDrained();
    const isFree = mayTake && activity.running < concurrency;
    const idle = jobs.waiting + jobs.prioritized > 0 && isFree;
    const stirredAt = Math.max(activity.lastStartAt, brake.lastHeldAt);
    if (!idle || (idleSince !== undefined && stirredAt > idleSince)) {
      idleSince = undefined;
      return;
    }
    const now = performance.now();
    idleSince ??= now;
    if (now - idleSince >= limitMs) onWedged(now - idleSince);
  };
  const timer = setInterval(() => {
    look().catch(() => {
      idleSince = undefined;
    });
  }, limitMs / 6);
  return () => clearInterval(timer);
}
