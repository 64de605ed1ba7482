import { PassThrough } from "node:stream";
import type { ParameterizedContext } from "koa";
import { UnavailableError } from "./errors.ts";

/** When a browser that has lost its stream comes back. */
const retryMs = 1_000;
/** It comes back by itself; this only keeps a forgotten page from living for ever. */
const lifetimeMs = 600_000;
/** For a reader to take what is left at the end; who reads no more keeps its place no longer. */
const farewellMs = 10_000;
/** With so much unread, more would only fill the memory: the reader comes back for the present. */
const maxUnreadBytes = 262_144;

export interface ServerEvent {
  readonly event: string;
  /** What the browser names when it comes back. */
  readonly id?: string;
  /** JSON, which so can be written once for many readers. */
  readonly data: string;
}

/** One reader of server-sent events. */
export interface EventStream {
  /** What is sent to the reader; it closes when either side is done. */
  readonly body: PassThrough;
  readonly ended: boolean;
  send(event: ServerEvent): void;
  /** Sends a comment, which shows whether the reader still is. */
  keepAlive(): void;
  end(): void;
}

/** The event streams of one kind, of which there may be so many. */
export interface EventStreams {
  /** Throws an `UnavailableError` (`too_many_streams`) when as many as may be are open. */
  open(): EventStream;
  end(): void;
}

/** Each stream ends by itself after ten minutes. */
export function createEventStreams(max: number): EventStreams {
  const streams = new Set<EventStream>();
  return {
    open() {
      if (streams.size >= max) throw new UnavailableError("too_many_streams");
      const stream = openEventStream();
      streams.add(stream);
      stream.body.once("close", () => streams.delete(stream));
      return stream;
    },
    end() {
      for (const stream of streams) stream.end();
    },
  };
}

/** Answers a request with a stream. */
export function respondWithEvents(ctx: ParameterizedContext, body: PassThrough): void {
  ctx.set("Cache-Control", "no-store");
  // A proxy such as nginx would keep events back until there is a bufferful.
  ctx.set("X-Accel-Buffering", "no");
  ctx.type = "text/event-stream";
  ctx.body = body;
}

function openEventStream(): EventStream {
  const body = new PassThrough();
  let timer = setTimeout(() => end(), lifetimeMs);
  body.once("close", () => clearTimeout(timer));
  const end = () => {
    if (body.writableEnded) return;
    body.end();
    clearTimeout(timer);
    timer = setTimeout(() => body.destroy(), farewellMs);
  };
  const write = (text: string) => {
    if (body.writableEnded || body.destroyed) return;
    if (body.writableLength + body.readableLength > maxUnreadBytes) body.destroy();
    else body.write(text);
  };
  write(`retry: ${retryMs}\n\n`);
  return {
    body,
    get ended() {
      return body.writableEnded || body.destroyed;
    },
    send: ({ event, id, data }) =>
      write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`),
    keepAlive: () => write(":\n\n"),
    end,
  };
}
