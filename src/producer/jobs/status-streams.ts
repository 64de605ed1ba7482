import type { PassThrough } from "node:stream";
import { createEventStreams, type EventStream } from "../http/event-stream.ts";
import { endOf, type JobStatus } from "./job-status.ts";
import type { StatusMemory } from "./status-memory.ts";
import { jsonOf } from "../http/json-text.ts";

const maxStreams = 500;
/** Positions move without an event of the job's own; for all else this is only a net. */
const tickMs = 1_000;

export interface StatusStreams {
  /**
   * A stream of server-sent `status` events that ends after the final one, or after one called
   * `gone`, if the job is removed; one called `unread` says that it cannot be read now.
   */
  open(first: JobStatus): PassThrough;
  /** Something has happened to the job. */
  refresh(id: string): void;
  close(): void;
}

/** A job that somebody watches: it is read once for all of them. */
interface WatchedJob {
  readonly id: string;
  readonly watches: Set<Watch>;
  reading: boolean;
  /** Something happened during the read: what it found may be old. */
  stale: boolean;
}

interface Watch {
  readonly stream: EventStream;
  /** What was told last, as JSON. */
  sent: string;
}

/** Pushes jobs' statuses to whoever watches them, when told to and once a second. */
export function openStatusStreams({
  renew,
  isLatest,
}: Pick<StatusMemory, "renew" | "isLatest">): StatusStreams {
  const streams = createEventStreams(maxStreams);
  const watched = new Map<string, WatchedJob>();

  const refresh = async (job: WatchedJob) => {
    job.stale = true;
    if (job.reading) return;
    job.reading = true;
    try {
      while (job.stale && isWatched(job)) {
        job.stale = false;
        const status = await renew(job.id);
        // Whoever came meanwhile may have been told of what is newer.
        if (!job.stale) tell(job, status);
      }
    } catch {
      // The next tick tries again, and takes it back.
      tellUnread(job);
    } finally {
      job.reading = false;
    }
  };
  const tick = () => {
    for (const job of watched.values()) if (!job.reading) void refresh(job);
  };
  const ticker = setInterval(tick, tickMs);

  const watch = (id: string, stream: EventStream) => {
    const job = watched.get(id) ?? { id, watches: new Set(), reading: false, stale: false };
    watched.set(id, job);
    const added: Watch = { stream, sent: "" };
    job.watches.add(added);
    stream.body.once("close", () => {
      job.watches.delete(added);
      if (job.watches.size === 0) watched.delete(id);
    });
    return { job, added };
  };

  return {
    open(first) {
      const stream = streams.open();
      const { job, added } = watch(first.id, stream);
      send(added, first);
      // What happened before it was watched was told to nobody.
      if (!isLatest(first)) void refresh(job);
      return stream.body;
    },
    refresh(id) {
      const job = watched.get(id);
      if (job !== undefined) void refresh(job);
    },
    close() {
      clearInterval(ticker);
      streams.end();
    },
  };
}

function tell({ id, watches }: WatchedJob, status: JobStatus | undefined): void {
  for (const watch of watches) {
    if (watch.stream.ended) continue;
    if (status === undefined) {
      watch.stream.send({ event: "gone", data: JSON.stringify({ id }) });
      watch.stream.end();
    } else if (jsonOf(status) !== watch.sent) send(watch, status);
  }
}

function tellUnread({ id, watches }: WatchedJob): void {
  const data = JSON.stringify({ id });
  for (const watch of watches) {
    if (watch.sent === data) continue;
    watch.sent = data;
    watch.stream.send({ event: "unread", data });
  }
}

function send(watch: Watch, status: JobStatus): void {
  const end = endOf(status);
  watch.sent = jsonOf(status);
  watch.stream.send({ event: "status", ...(end !== undefined && { id: end }), data: watch.sent });
  if (end !== undefined) watch.stream.end();
}

/** Whether anybody is still to be told: who takes what is left at the end is not. */
function isWatched({ watches }: WatchedJob): boolean {
  return [...watches].some(({ stream }) => !stream.ended);
}
