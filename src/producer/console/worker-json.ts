import { z } from "zod";
import type { KnownWorker } from "../../queue/workers.ts";

const time = z.iso.datetime();

/** What programs are told of a worker; times are Redis'. What somebody has damaged is null. */
export const toldWorker = z
  .object({
    id: z.string(),
    state: z.enum(["working", "idle", "draining", "drained", "stopping", "vanished"]),
    host: z.string().nullable(),
    pid: z.int().nullable(),
    release: z.string().nullable(),
    started_at: time.nullable(),
    memory_bytes: z.number().nullable(),
    event_loop_lag_seconds: z.number().nullable(),
    last_seen: time,
    silent_seconds: z.number(),
    drained_by: z.string().nullable(),
    drained_since: time.nullable(),
    queues: z.array(
      z.object({
        name: z.string(),
        slots: z.int(),
        running: z.int(),
        jobs: z.array(
          z.object({ id: z.string(), task: z.string(), attempt: z.int(), since: time }),
        ),
      }),
    ),
  })
  .meta({ description: "A worker, and what runs in its slots." });

/** A worker as programs are told of it. */
export function tellWorker(worker: KnownWorker): z.infer<typeof toldWorker> {
  const { id, state, seenAt, silentMs, report, order } = worker;
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
