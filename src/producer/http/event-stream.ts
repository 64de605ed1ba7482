import { PassThrough } from "node:stream";
import type { ParameterizedContext } from "koa";
import { UnavailableError } from "./errors.ts";

/** When a browser that has lost its stream comes back; told with the first event. */
const retryMs = 1_000;
/** It comes back by itself; this only keeps a forgotten page from living for ever. */
const lifetimeMs = 600_000;
/** For a reader to take what is left at the end; who reads no more keeps its place no longer. */
const farewellMs = 10_000;
/** With so much unread, more would only fill the memory: the reader comes back for the present. */
const maxUnreadBytes = 262_144;
/**
 * A client such as httpx takes a connection that has been silent for 5 s for dead, and a proxy such
 * as nginx after 60: with what a look may be late, none is silent for 4.
 */
const quietMs = { least: 2_000, most: 3_500 } as const;
const lookMs = 250;

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

/**
 * Each stream ends by itself after ten minutes, and gets a comment whenever it was silent for some
 * seconds. One timer looks after all of them, while there are any.
 */
export function createEventStreams(max: number): EventStreams {
  const streams = new Set<TendedStream>();
  let looking: NodeJS.Timeout | undefined;
  const look = () => {
    const now = performance.now();
    for (const stream of streams) stream.tend(now);
  };
  return {
    open() {
      if (streams.size >= max) throw new UnavailableError("too_many_streams");
      const stream = openEventStream();
      streams.add(stream);
      looking ??= setInterval(look, lookMs);
      stream.body.once("close", () => {
        streams.delete(stream);
        if (streams.size > 0) return;
        clearInterval(looking);
        looking = undefined;
      });
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

interface TendedStream extends EventStream {
  /** Does what is due. */
  tend(now: number): void;
}

function openEventStream(): TendedStream {
  const body = new PassThrough();
  let closesAt = performance.now() + lifetimeMs;
  let commentsAt = untilQuiet();
  let isFirst = true;

  const isOver = () => body.writableEnded || body.destroyed;
  const write = (text: string) => {
    if (isOver()) return;
    if (body.writableLength + body.readableLength > maxUnreadBytes) body.destroy();
    else body.write(text);
    commentsAt = untilQuiet();
  };
  // A line alone: with an empty one after it, some clients would take it for an event, too.
  const keepAlive = () => write(":\n");
  const end = () => {
    if (isOver()) return;
    body.end();
    closesAt = performance.now() + farewellMs;
  };
  return {
    body,
    get ended() {
      return isOver();
    },
    send({ event, id, data }) {
      // Some clients take a block without data for an event.
      const retry = isFirst ? `retry: ${retryMs}\n` : "";
      isFirst = false;
      write(`${retry}event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`);
    },
    keepAlive,
    end,
    tend(now) {
      if (now < closesAt) {
        if (now >= commentsAt) keepAlive();
      } else if (body.writableEnded) body.destroy();
      else end();
    },
  };
}

/** Until when a stream may be silent; those that were silent together are not to speak together ever after. */
function untilQuiet(): number {
  const { least, most } = quietMs;
  return performance.now() + least + Math.random() * (most - least);
}
