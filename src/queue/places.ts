import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import {
  countJob,
  isBeingAdded,
  leaveEndedPlaces,
  leavePlace,
  type PlaceKeys,
  takePlace,
} from "./client-jobs.ts";
import { writeTogether } from "./one-write.ts";

/** The client has as many unfinished jobs as it may have. */
export class ClientFullError extends Error {
  override readonly name = "ClientFullError";
  readonly limit: number;
  constructor(limit: number) {
    super(`the client has ${limit} unfinished jobs, which is its limit`);
    this.limit = limit;
  }
}

/** What became of a job that was to be added. */
export interface Filling {
  /** The queue had it before; `stored` then says since when. */
  readonly known: boolean;
  /** What the queue has instead is another job, which has a place of its own. */
  readonly isOther: boolean;
  readonly stored: { readonly timestamp: number } | undefined;
}

/** What a job has to have a place in, where the command that adds it takes that, too. */
export interface WantedPlace {
  /** Key of a sorted set: id -> when it got its place, as Unix time in ms. */
  readonly client: string;
  /** Unfinished jobs that the client may have. */
  readonly limit: number;
  /** Is told of how many it is one, or would be. */
  readonly counted: (place: number) => void;
}

/** The places in a queue that each client has for its unfinished jobs. */
export interface Places {
  /**
   * Adds the job if its client, named by its tag, has a place for it, or if the job is known and only told again.
   * Throws `ClientFullError`, having added nothing, or what `add` throws.
   */
  fill<F extends Filling>(tag: string, id: string, add: () => Promise<F>): Promise<F>;
  /** The same by an `add` that takes the place, if there is one to take and another job does not stand for it, and throws `ClientFullError` where there is none left. */
  fillAtOnce<F>(tag: string, add: (place?: WantedPlace) => Promise<F>): Promise<F>;
}

export interface PlacesDeps {
  /** Calls Redis with the caller's own patience. */
  readonly ask: <T>(call: (queue: Queue, redis: Redis) => Promise<T>) => Promise<T>;
  /** The queue's key of that name. */
  readonly toKey: (name: string) => string;
  /** Unfinished jobs that a client may have; 0 for any number. */
  readonly limit: number;
}

/**
 * Of one client, so many jobs may be on their way to Redis without its answer how many there are.
 * A producer that does not know what another has let in can let in so many beyond the limit.
 */
const mostAhead = 8;
/** Time after a look for places to give back, which costs Redis some 0.2 ms, has found none. */
const lookEveryMs = 250;
/** Clients that are remembered, some 200 bytes each; one that is forgotten may be ahead again. */
const mostRemembered = 10_000;

/** What a producer remembers of a client. */
interface Standing {
  /** As Redis said last: at least its unfinished jobs. */
  count: number;
  /** Jobs that are being counted. */
  ahead: number;
  lookedInVainAt: number;
  looking: Promise<number> | undefined;
}

/**
 * Counts in Redis, so that all producers agree, and for a client that is known to have room beside
 * the adding of its job. A job that ends gives no place back: that is made up for when the client
 * seems to have none left.
 */
export function createPlaces({ ask, toKey, limit }: PlacesDeps): Places {
  if (limit === 0) return { fill: (_tag, _id, add) => add(), fillAtOnce: (_tag, add) => add() };
  const standings = createStandings();

  const count = async (standing: Standing, keys: PlaceKeys, id: string): Promise<boolean> => {
    try {
      const counted = await ask((_, redis) => {
        writeTogether(redis);
        return countJob(redis, keys, id);
      });
      standing.count = counted.count;
      return counted.added;
    } catch {
      // What is said of the job is whether it was added; the next one is counted first.
      standing.count = Infinity;
      return false;
    }
  };
  const take = async (standing: Standing, keys: PlaceKeys, id: string): Promise<boolean> => {
    const place = await ask((_, redis) => takePlace(redis, keys, id, limit));
    if (place === "known") return true;
    standing.count = Math.min(place, limit);
    return place <= limit;
  };
  const look = async (standing: Standing, keys: PlaceKeys): Promise<boolean> => {
    if (standing.looking === undefined) {
      if (performance.now() - standing.lookedInVainAt < lookEveryMs) return false;
      standing.looking = ask((_, redis) => leaveEndedPlaces(redis, keys)).finally(() => {
        standing.looking = undefined;
      });
    }
    const found = await standing.looking;
    if (found === 0) standing.lookedInVainAt = performance.now();
    return found > 0;
  };
  const findPlace = async (standing: Standing, keys: PlaceKeys, id: string): Promise<void> => {
    if (await take(standing, keys, id)) return;
    if ((await look(standing, keys)) && (await take(standing, keys, id))) return;
    throw new ClientFullError(limit);
  };

  /** Where Redis does not answer, a place without a job is found later. */
  const leave = (keys: PlaceKeys, id: string) =>
    ask((_, redis) => leavePlace(redis, keys, id)).catch(() => undefined);

  const keysOf = (tag: string) => ({ client: toKey(`client:${tag}`), jobs: toKey("") });
  return {
    async fill(tag, id, add) {
      const keys = keysOf(tag);
      const standing = standings(tag);
      const hasRoom = standing.ahead < mostAhead && standing.count + standing.ahead < limit;
      standing.ahead += 1;
      const answered = () => {
        standing.ahead -= 1;
      };
      if (!hasRoom) {
        await findPlace(standing, keys, id).finally(answered);
        const filling = await add();
        if (filling.isOther) await leave(keys, id);
        return filling;
      }
      const [placed, filling] = await Promise.all([
        count(standing, keys, id).finally(answered),
        add(),
      ]);
      // Told again, it takes no place: it had its own, perhaps from another address, or has ended.
      const isTold = filling.known && !isBeingAdded(filling.stored?.timestamp ?? 0);
      if (placed && (filling.isOther || isTold)) await leave(keys, id);
      return filling;
    },
    async fillAtOnce(tag, add) {
      const keys = keysOf(tag);
      const standing = standings(tag);
      const counted = (taken: number) => {
        standing.count = Math.min(taken, limit);
      };
      const place = { client: keys.client, limit, counted };
      return add(place).catch(async (error: unknown) => {
        if (!(error instanceof ClientFullError) || !(await look(standing, keys))) throw error;
        return add(place);
      });
    },
  };
}

/** Remembers the clients that were here last. */
function createStandings(): (tag: string) => Standing {
  const standings = new Map<string, Standing>();
  return (tag) => {
    const standing = standings.get(tag) ?? {
      count: 0,
      ahead: 0,
      lookedInVainAt: -Infinity,
      looking: undefined,
    };
    standings.delete(tag);
    standings.set(tag, standing);
    const [oldest] = standings.keys();
    if (standings.size > mostRemembered && oldest !== undefined) standings.delete(oldest);
    return standing;
  };
}
