import type { KnownWorker } from "../../queue/workers.ts";

/** A worker as programs are told of it; times are Redis'. What somebody has damaged is null. */
export function tellWorker({ id, state, seenAt, silentMs, report, order }: KnownWorker) {
  return {
    id,
    state,
    host: report?.host ?? null,
    pid: report?.pid ?? null,
    release: report?.release ?? null,
    started_at: report === undefined ? null : isoOf(seenAt - report.upMs),
    memory_bytes: report?.rssBytes ?? null,
    event_loop_lag_seconds: report === undefined ? null : report.lagMs / 1_000,
    last_seen: isoOf(seenAt),
    silent_seconds: silentMs / 1_000,
    drained_by: order?.by ?? null,
    drained_since: order?.at === undefined ? null : isoOf(order.at),
    queues: (report?.queues ?? []).map(({ name, slots, running, jobs }) => ({
      name,
      slots,
      running,
      jobs: jobs.map(({ id: job, task, attempt, ranMs }) => ({
        id: job,
        task,
        attempt,
        since: isoOf(seenAt - ranMs),
      })),
    })),
  };
}

function isoOf(ms: number): string {
  return new Date(Math.max(0, ms)).toISOString();
}
