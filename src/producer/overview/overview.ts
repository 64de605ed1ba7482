import type { PassThrough } from "node:stream";
import { createEventStreams, type EventStream, type ServerEvent } from "../http/event-stream.ts";
import { jsonOf } from "../http/json-text.ts";
import type { Day } from "./day.ts";
import type { History } from "./history.ts";
import type { OverviewSnapshot } from "./snapshot.ts";

const watchedMs = 1_000;
/** While nobody watches, a snapshot is taken only every so many seconds. */
const unwatchedTicks = 5;
const maxStreams = 200;

export interface Overview {
  /** The queue now; `undefined` when it could never be read. */
  current(): Promise<OverviewSnapshot | undefined>;
  /** As `watch` begins, and the queue now: a list of snapshots, as JSON. */
  read(after?: string): Promise<string>;
  /**
   * A stream of server-sent `snapshots` events, each a list: first the last ten minutes, or what is
   * newer than `after`, the id of an earlier event; then what comes, once a second.
   */
  watch(after?: string): PassThrough;
  close(): void;
}

/** Takes snapshots of the queue, keeps the day's, and pushes them to whoever watches. */
export function openOverview(history: History, day: Pick<Day, "keep">): Overview {
  const streams = createEventStreams(maxStreams);
  const watching = new Set<EventStream>();
  let taking: Promise<void> | undefined;
  let keeping: Promise<void> | undefined;
  let ticks = 0;

  const keep = () => {
    // Redis is away, which others tell; it is tried again after the next snapshot.
    keeping ??= day
      .keep()
      .catch(() => undefined)
      .then(() => {
        keeping = undefined;
      });
  };
  const take = () => {
    taking ??= history.take().then((fresh) => {
      taking = undefined;
      keep();
      const event = fresh.length === 0 ? undefined : createEvent(fresh);
      for (const stream of watching) {
        if (event === undefined) stream.keepAlive();
        else stream.send(event);
      }
    });
    return taking;
  };
  const renew = async () => {
    const last = history.snapshots.at(-1);
    if (last === undefined || Date.now() - Date.parse(last.at) >= watchedMs) await take();
  };
  const ticker = setInterval(() => {
    ticks += 1;
    if (watching.size > 0 || ticks % unwatchedTicks === 0) void take();
  }, watchedMs);

  return {
    async current() {
      await renew();
      return history.snapshots.at(-1);
    },
    async read(after) {
      await renew();
      return listOf(newerThan(after, history.snapshots));
    },
    watch(after) {
      const stream = streams.open();
      watching.add(stream);
      stream.body.once("close", () => watching.delete(stream));
      const past = newerThan(after, history.snapshots);
      if (past.length > 0) stream.send(createEvent(past));
      void renew();
      return stream.body;
    },
    close() {
      clearInterval(ticker);
      streams.end();
    },
  };
}

/** All of them, if the id is none, or of a time that is yet to come: the clock was set back since. */
function newerThan(id: string | undefined, snapshots: readonly OverviewSnapshot[]) {
  const afterMs = Date.parse(id ?? "");
  const isKnown = afterMs <= Date.parse(snapshots.at(-1)?.at ?? "");
  return isKnown ? snapshots.filter(({ at }) => Date.parse(at) > afterMs) : snapshots;
}

function listOf(snapshots: readonly OverviewSnapshot[]): string {
  return `[${snapshots.map(jsonOf).join(",")}]`;
}

function createEvent(snapshots: readonly OverviewSnapshot[]): ServerEvent {
  const id = snapshots.at(-1)?.at;
  return {
    event: "snapshots",
    ...(id !== undefined && { id }),
    data: listOf(snapshots),
  };
}
