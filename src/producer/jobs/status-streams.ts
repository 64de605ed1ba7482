import type { PassThrough } from "node:stream";
import { createEventStreams, type EventStream } from "../http/event-stream.ts";
import { isFinal, type JobStatus } from "./job-status.ts";
import { jsonOf } from "../http/json-text.ts";

const maxStreams = 500;
/** Positions move without an event of the job's own. */
const tickMs = 1_000;

export interface StatusStreams {
  /**
   * A stream of server-sent `status` events that ends after the final one, or after one called
   * `gone`, if the job is removed.
   */
  open(first: JobStatus): PassThrough;
  /** Something has happened to the job. */
  refresh(id: string): void;
  close(): void;
}

interface Watch {
  readonly id: string;
  readonly stream: EventStream;
  /** As JSON. */
  sent: string;
  reading: boolean;
  /** Something happened during the read: what it found may be old. */
  stale: boolean;
}

/** Pushes jobs' statuses to whoever watches them, when told to and once a second. */
export function openStatusStreams(
  read: (id: string) => Promise<JobStatus | undefined>,
): StatusStreams {
  const streams = createEventStreams(maxStreams);
  const watches = new Set<Watch>();

  const send = ({ stream, sent }: Watch, status: JobStatus) => {
    stream.send({ event: "status", data: sent });
    if (isFinal(status)) stream.end();
  };
  const refresh = async (watch: Watch) => {
    watch.stale = true;
    if (watch.reading) return;
    watch.reading = true;
    try {
      while (watch.stale && !watch.stream.ended) {
        watch.stale = false;
        const status = await read(watch.id);
        if (status === undefined) {
          watch.stream.send({ event: "gone", data: JSON.stringify({ id: watch.id }) });
          watch.stream.end();
        } else if (jsonOf(status) !== watch.sent) {
          watch.sent = jsonOf(status);
          send(watch, status);
        }
      }
    } catch {
      // Redis is away: the next tick tries again.
      watch.stream.keepAlive();
    } finally {
      watch.reading = false;
    }
  };
  const refreshAll = (wanted: (watch: Watch) => boolean) => {
    for (const watch of watches) if (wanted(watch)) void refresh(watch);
  };

  const ticker = setInterval(() => refreshAll(() => true), tickMs);

  return {
    open(first) {
      const stream = streams.open();
      const sent = jsonOf(first);
      const watch: Watch = { id: first.id, stream, sent, reading: false, stale: false };
      watches.add(watch);
      stream.body.once("close", () => watches.delete(watch));
      send(watch, first);
      return stream.body;
    },
    refresh: (job) => refreshAll(({ id }) => id === job),
    close() {
      clearInterval(ticker);
      streams.end();
    },
  };
}
