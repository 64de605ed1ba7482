import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { logFields } from "../../contract/telemetry.ts";
import { readClock } from "../../queue/clock.ts";
import { holdSchedules } from "../../queue/held-schedules.ts";
import { passSlots } from "../../queue/slots.ts";
import type { KeyedSchedule } from "../../task/schedule.ts";
import type { Task } from "../../task/task.ts";
import { createTimetable, type Timetable } from "../../task/timetable.ts";
import type { Log } from "../../telemetry/log.ts";
import { type Plan, planSlots } from "./plan.ts";
import { type ScheduledJobDeps, submitScheduled } from "./scheduled-job.ts";

export interface KeeperDeps extends Omit<ScheduledJobDeps, "queue"> {
  readonly queue: Queue;
  /** The queue's connection. */
  readonly redis: Redis;
  /** Those of the tasks whose queue it is. */
  readonly schedules: readonly KeyedSchedule[];
  readonly tasks: ReadonlyMap<string, Task>;
  /** Why the queue is to get no more jobs now; `undefined` while it may. */
  readonly findShortage: () => Promise<string | undefined>;
  readonly log: Log;
  /** By how much the time is to be taken as ahead of Redis'; 0 if not given. */
  readonly aheadMs?: number | undefined;
}

/** The longest time between two looks at what others have changed. */
const lookEveryMs = 5_000;
/** After a failure. */
const againMs = 1_000;

interface Kept extends KeyedSchedule {
  /** The timetable as Redis keeps it. */
  readonly words: string;
  readonly slots: Timetable;
}

/**
 * Keeps a queue's schedules, as any number of workers do at once, until it is stopped: submits the job
 * of each slot as soon as that is due, by Redis' clock. It also removes schedules that no file has any
 * more, so it is needed where there are none, too.
 */
export function startKeeper(deps: KeeperDeps): () => void {
  const { queue, redis, tasks, log, aheadMs } = deps;
  const schedules: readonly Kept[] = deps.schedules.map((schedule) => ({
    ...schedule,
    words: JSON.stringify(schedule.timetable),
    slots: createTimetable(schedule.timetable),
  }));
  const named = schedules.map(({ key, task, words: timetable }) => ({ key, task, timetable }));
  const startedAt = performance.now();
  let stopped = false;
  let failing = false;
  /** Why a schedule fails that does, by its key. */
  const causes = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let sinceMs: number | undefined;
  /** Once: what waits for Redis would seem younger each time. */
  const readStart = async () => {
    const nowMs = await readClock(redis);
    return nowMs - (performance.now() - startedAt);
  };

  /** Returns how long nothing is due. */
  const look = async (): Promise<number> => {
    sinceMs ??= await readStart();
    const holding = await holdSchedules(queue, redis, { named, sinceMs, aheadMs });
    const { nowMs, held, removed } = holding;
    if (removed.length > 0) {
      log.info({ queue: queue.name, removed }, "removed schedules that no task has any more");
    }
    const due = schedules.flatMap((schedule) => {
      const state = held.get(schedule.key);
      if (state === undefined || state.paused) return [];
      const { slot } = state;
      const plan = planSlots(schedule.slots, { slot, nowMs, missed: schedule.missed });
      return [{ schedule, slot, plan }];
    });
    // Of the whole queue, so that it is asked for once.
    if (due.some(({ plan }) => plan.run.length > 0)) await requireRoom();
    let waitMs = lookEveryMs;
    for (const { schedule, slot, plan } of due) {
      if (await tryOne(schedule, plan)) {
        const next = schedule.slots.next(Math.max(nowMs, slot)) ?? Infinity;
        waitMs = Math.min(waitMs, next - nowMs);
      } else {
        waitMs = Math.min(waitMs, againMs);
      }
    }
    return waitMs;
  };
  const requireRoom = async () => {
    const shortage = await deps.findShortage();
    if (shortage !== undefined) {
      throw new Error(`the queue takes no more: "${shortage}" is at its limit`);
    }
  };
  /** What one schedule's task or record does wrong is told once, and holds up no other schedule. */
  const tryOne = async (schedule: Kept, plan: Plan): Promise<boolean> => {
    const { key } = schedule;
    try {
      await keep(schedule, plan);
      causes.delete(key);
      return true;
    } catch (error) {
      const cause = String(error);
      if (!stopped && causes.get(key) !== cause) {
        log.error(
          { queue: queue.name, [logFields.schedule]: key, err: error },
          "cannot keep a schedule",
        );
      }
      causes.set(key, cause);
      return false;
    }
  };
  const keep = async (schedule: Kept, { run, pass }: Plan) => {
    const { key, words: timetable } = schedule;
    const task = tasks.get(schedule.task);
    if (task !== undefined) {
      for (const slotMs of run) {
        await submitScheduled(deps, task, schedule, { key, timetable, slotMs });
      }
    }
    if (pass !== undefined && (await passSlots(queue, redis, { key, timetable, slotMs: pass }))) {
      log.warn(
        { [logFields.schedule]: key, slot: new Date(pass).toISOString() },
        "left out what a schedule has missed, as its task wants it",
      );
    }
  };

  const work = async () => {
    const before = performance.now();
    let waitMs = againMs;
    try {
      waitMs = await look();
      failing = false;
    } catch (error) {
      if (!stopped && !failing) {
        log.error({ queue: queue.name, err: error }, "cannot keep the queue's schedules");
      }
      failing = true;
    }
    if (stopped) return;
    const tookMs = performance.now() - before;
    timer = setTimeout(() => void work(), Math.max(1, Math.ceil(waitMs - tookMs)));
  };
  void work();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
