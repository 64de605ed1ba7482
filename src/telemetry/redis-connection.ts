import type { RedisClient } from "../contract/telemetry.ts";
import type { Log } from "./log.ts";
import type { SharedMetrics } from "./metrics.ts";

/** What a connection of ours and one that BullMQ has opened have in common. */
interface ObservedConnection {
  readonly status: string;
  on(event: string, listener: (error: Error) => void): unknown;
}

/** Logs and counts a connection's comings and goings: one line an outage, however many retries it takes. */
export function observeRedis(
  redis: ObservedConnection,
  client: RedisClient,
  { log, metrics }: { log: Log; metrics: SharedMetrics },
): void {
  const up = (value: 0 | 1) => metrics.redisConnectionUp.set({ client }, value);
  let reported = false;
  up(redis.status === "ready" ? 1 : 0);
  redis.on("ready", () => {
    up(1);
    reported = false;
    log.info({ client }, "redis is ready");
  });
  redis.on("close", () => up(0));
  redis.on("reconnecting", () => metrics.redisReconnects.inc({ client }));
  redis.on("error", (error: Error) => {
    if (!reported) log.error({ client, err: error }, `redis is not reachable: ${error.message}`);
    reported = true;
  });
}
