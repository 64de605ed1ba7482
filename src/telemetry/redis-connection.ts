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
  let reported = false;
  const note = (redis: ObservedConnection, isReady: boolean) => {
    ready.set(redis, isReady);
    const areAll = [...ready.values()].every(Boolean);
    metrics.redisConnectionUp.set({ client }, areAll ? 1 : 0);
    if (areAll && isReady) {
      reported = false;
      log.info({ client }, "redis is ready");
    }
  };
  const report = (error: Error) => {
    if (!reported) log.error({ client, err: error }, `redis is not reachable: ${error.message}`);
    reported = true;
  };
  metrics.redisConnectionUp.set({ client }, 0);
  return (redis) => {
    if (redis.status === "ready") note(redis, true);
    else ready.set(redis, false);
    redis.on("ready", () => note(redis, true));
    redis.on("close", () => note(redis, false));
    redis.on("reconnecting", () => metrics.redisReconnects.inc({ client }));
    redis.on("error", report);
  };
}

/** As `createRedisObserver`, of the only connection of that name. */
export function observeRedis(
  redis: ObservedConnection,
  client: RedisClient,
  deps: { readonly log: Log; readonly metrics: SharedMetrics },
): void {
  createRedisObserver(client, deps)(redis);
}
