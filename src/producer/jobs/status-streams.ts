import { PassThrough } from "node:stream";
import type { QueueEvents } from "bullmq";
import { UnavailableError } from "../http/errors.ts";
import type { JobStatus } from "./job-status.ts";

const mostStreams = 500;
/** Positions move without an event of the job's own. */
const tickMs = 1_000;
/** The browser comes back by itself; this only keeps a forgotten page from living for ever. */
const lifetimeMs = 600_000;

const moves = ["active", "completed", "delayed", "failed", "stalled", "waiting"] as const;

export interface StatusStreams {
  /** A stream of server-sent `status` events that ends after the final one. */
  open(first: JobStatus): PassThrough;
  close(): void;
}

interface Stream {
  readonly id: string;
  readonly out: PassThrough;
  sent: string;
  reading: boolean;
  /** Something happened during the read: what it found may be old. */
  stale: boolean;
}

/** Pushes jobs' statuses to whoever watches them, on the queue's events and once a second. */
export function openStatusStreams(
  events: QueueEvents,
  read: (id: string) => Promise<JobStatus | undefined>,
): StatusStreams {
  const streams = new Set<Stream>();

  const send = (stream: Stream, status: JobStatus) => {
    const data = JSON.stringify(status);
    if (data === stream.sent) return;
    stream.sent = data;
    stream.out.write(`event: status\ndata: ${data}\n\n`);
    if (status.status === "succeeded" || status.status === "failed") stream.out.end();
  };
  const refresh = async (stream: Stream) => {
    stream.stale = true;
    if (stream.reading) return;
    stream.reading = true;
    try {
      while (stream.stale && !stream.out.writableEnded) {
        stream.stale = false;
        const status = await read(stream.id);
        if (status === undefined) stream.out.end();
        else if (!stream.out.writableEnded) send(stream, status);
      }
    } catch {
      // Redis is away: the next tick tries again, and a comment keeps the connection alive.
      if (!stream.out.writableEnded) stream.out.write(":\n\n");
    } finally {
      stream.reading = false;
    }
  };
  const refreshAll = (wanted: (stream: Stream) => boolean) => {
    for (const stream of streams) if (wanted(stream)) void refresh(stream);
  };

  for (const move of moves) {
    events.on(move, ({ jobId }: { jobId: string }) => refreshAll(({ id }) => id === jobId));
  }
  const ticker = setInterval(() => refreshAll(() => true), tickMs);

  return {
    open(first) {
      if (streams.size >= mostStreams) throw new UnavailableError("overloaded");
      const stream: Stream = {
        id: first.id,
        out: new PassThrough(),
        sent: "",
        reading: false,
        stale: false,
      };
      const end = setTimeout(() => stream.out.end(), lifetimeMs);
      streams.add(stream);
      stream.out.on("close", () => {
        clearTimeout(end);
        streams.delete(stream);
      });
      stream.out.write(`retry: ${tickMs}\n\n`);
      send(stream, first);
      return stream.out;
    },
    close() {
      clearInterval(ticker);
      for (const { out } of streams) out.end();
    },
  };
}
