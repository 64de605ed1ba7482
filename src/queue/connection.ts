import { Redis, type RedisOptions } from "ioredis";

export interface RedisAddress {
  /** As `redis://[user[:password]@]host:port[/database]`. */
  readonly url: string;
  /** Beats the address's own. */
  readonly password: string | undefined;
  /** Asked before each further attempt, for a password that may have been corrected or changed. */
  readonly readPassword?: (() => string) | undefined;
}

/**
 * TCP repeats a SYN that got lost after 1 s. The next attempt begins at 2 s, so that there is one
 * each second for as long as a network is parted.
 */
const connectTimeoutMs = 1_500;
const longestPauseMs = 500;

/** `maxRetriesPerRequest` and the rest differ by who waits: a person at a page, or a worker with time. */
const patience = {
  /** Fails within 2 s, and never queues or repeats a command behind the caller's back. */
  request: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 1_900,
    socketTimeout: 4_000,
  },
  /** Waits for Redis as long as it takes; a blocked read lasts 10 s at most, so 15 s of silence is a dead peer. */
  background: { maxRetriesPerRequest: null, socketTimeout: 15_000 },
} as const satisfies Record<string, RedisOptions>;

/** Opens a connection that keeps reconnecting, at least once a second, until it is disconnected. */
export function openRedis(
  { url, password, readPassword }: RedisAddress,
  kind: keyof typeof patience,
): Redis {
  const address = new URL(url);
  // Inside the address, because a user there without a password is read as one with an empty one.
  if (password !== undefined) address.password = encodeURIComponent(password);
  const redis = new Redis(address.href, {
    ...patience[kind],
    connectTimeout: connectTimeoutMs,
    keepAlive: 5_000,
    // A command less that the services' users need: nobody reads the name of the library.
    disableClientInfo: true,
    // ioredis calls it on the options that it connects with: those of this connection, or of a copy
    // that BullMQ has made of it.
    retryStrategy(this: RedisOptions, attempt) {
      if (readPassword !== undefined) this.password = readPassword();
      return Math.min(longestPauseMs, attempt * 100);
    },
  });
  redis.on("error", (error: Error) => lastErrors.set(redis, error));
  return redis;
}

/** Resolves once the connection can be used, or after `patienceMs`: then Redis is away. */
export async function untilConnected(redis: Redis, patienceMs: number): Promise<void> {
  if (redis.status === "ready") return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(resolve, patienceMs);
  redis.once("ready", resolve);
  await promise;
  redis.off("ready", resolve);
  clearTimeout(deadline);
}

const lastErrors = new WeakMap<Redis, Error>();

/** Why a connection is not ready: its state, and the last thing that went wrong; `undefined` when it is. */
export function describeOutage(redis: Redis): string | undefined {
  if (redis.status === "ready") return undefined;
  const error = lastErrors.get(redis);
  return `redis is "${redis.status}"${error === undefined ? "" : `: ${error.message}`}`;
}
