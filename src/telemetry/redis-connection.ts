import type { RedisClient } from "../contract/telemetry.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** What a connection of ours and one that BullMQ has opened have in common. */
interface ObservedConnection {
  readonly status: string;
  on(event: string, listener: (error: Error) => void): unknown;
}

/**
 * Returns a function that logs and counts a connection's comings and goings: one line an outage,
 * however many retries it takes. Connections of one name are up while all of them are.
 */
export function createRedisObserver(
  client: RedisClient,
  { log, metrics }: { log: Log; metrics: SharedMetrics },
): (redis: ObservedConnection) => void {
  const ready = new Map<ObservedConnection, boolean>();
  const note = (redis: ObservedConnection, isReady: boolean) => {
    ready.set(redis, isReady);
    metrics.redisConnectionUp.set({ client }, [...ready.values()].every(Boolean) ? 1 : 0);
  };
  metrics.redisConnectionUp.set({ client }, 0);
  return (redis) =>
    observe(redis, { client, log, metrics, note: (isReady) => note(redis, isReady) });
}

/** As `createRedisObserver`, of the only connection of that name. */
export function observeRedis(
  redis: ObservedConnection,
  client: RedisClient,
  deps: { readonly log: Log; readonly metrics: SharedMetrics },
): void {
  createRedisObserver(client, deps)(redis);
}

function observe(
  redis: ObservedConnection,
  {
    client,
    log,
    metrics,
    note,
  }: {
    readonly client: RedisClient;
    readonly log: Log;
    readonly metrics: SharedMetrics;
    readonly note: (isReady: boolean) => void;
  },
): void {
  let reported = false;
  note(redis.status === "ready");
  redis.on("ready", () => {
    note(true);
    reported = false;
    log.info({ client }, "redis is ready");
  });
  redis.on("close", () => note(false));
  redis.on("reconnecting", () => metrics.redisReconnects.inc({ client }));
  redis.on("error", (error: Error) => {
    if (!reported) log.error({ client, err: error }, `redis is not reachable: ${error.message}`);
    reported = true;
  });
}
