import { PassThrough } from "node:stream";
import { UnavailableError } from "../http/errors.ts";
import type { History } from "./history.ts";
import type { OverviewSnapshot } from "./snapshot.ts";

const watchedMs = 1_000;
/** While nobody watches, a snapshot is taken only every so many seconds. */
const unwatchedTicks = 5;
const mostStreams = 200;
/** The browser comes back by itself; this only keeps a forgotten page from living for ever. */
const lifetimeMs = 600_000;

export interface Overview {
  /** The queue now; `undefined` when it could never be read. */
  current(): Promise<OverviewSnapshot | undefined>;
  /**
   * A stream of server-sent `snapshots` events, each a list: first the last ten minutes, or what is
   * newer than `after`, the id of an earlier event; then what comes, once a second.
   */
  watch(after?: string): PassThrough;
  close(): void;
}

/** Takes snapshots of the queue and pushes them to whoever watches. */
export function openOverview(history: History): Overview {
  const streams = new Set<PassThrough>();
  let taking: Promise<void> | undefined;
  let ticks = 0;

  const end = (stream: PassThrough) => {
    streams.delete(stream);
    stream.end();
  };
  const take = () => {
    taking ??= history.take().then((fresh) => {
      taking = undefined;
      // A comment keeps the connection alive, and shows whether the reader still is.
      const text = fresh.length === 0 ? ":\n\n" : formatEvent(fresh);
      for (const stream of streams) stream.write(text);
    });
    return taking;
  };
  const renew = async () => {
    const last = history.snapshots.at(-1);
    if (last === undefined || Date.now() - Date.parse(last.at) >= watchedMs) await take();
  };
  const ticker = setInterval(() => {
    ticks += 1;
    if (streams.size > 0 || ticks % unwatchedTicks === 0) void take();
  }, watchedMs);

  return {
    async current() {
      await renew();
      return history.snapshots.at(-1);
    },
    watch(after) {
      if (streams.size >= mostStreams) throw new UnavailableError("overloaded");
      const stream = new PassThrough();
      const timer = setTimeout(() => end(stream), lifetimeMs);
      streams.add(stream);
      stream.on("close", () => {
        clearTimeout(timer);
        streams.delete(stream);
      });
      stream.write(`retry: ${watchedMs}\n\n`);
      const past = newerThan(after, history.snapshots);
      if (past.length > 0) stream.write(formatEvent(past));
      void renew();
      return stream;
    },
    close() {
      clearInterval(ticker);
      for (const stream of streams) end(stream);
    },
  };
}

function newerThan(id: string | undefined, snapshots: readonly OverviewSnapshot[]) {
  const afterMs = Date.parse(id ?? "");
  return snapshots.filter(({ at }) => !(Date.parse(at) <= afterMs));
}

function formatEvent(snapshots: readonly OverviewSnapshot[]): string {
  return `event: snapshots\nid: ${snapshots.at(-1)?.at}\ndata: ${JSON.stringify(snapshots)}\n\n`;
}
