import { type Alert, overviewOfAll } from "./alert.ts";
import { redisMemoryRatio, redisRoundTripSeconds } from "../objectives.ts";
import { increase, max, min, quantile, series } from "../query/promql.ts";

const byClient = ["job", "instance", "client"];

/** Alerts on the broker, as it says itself and as those who need it see it. */
export const redisAlerts: readonly Alert[] = [
  {
    name: "RedisDown",
    expr: `${min(series("redisUp"))} == 0 or ${max(series("redisConnectionUp"))} == 0`,
    for: "1m",
    severity: "critical",
    summary: "Redis does not answer",
    meaning:
      "The exporter cannot reach Redis, or no service has a connection: submissions are answered with 503, and nothing runs.",
    firstLook: "Is the redis-server process up, and what does its log say?",
    remedy:
      "Start it. Acknowledged jobs are in its append-only file; the services reconnect by themselves.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueRedisClientDown",
    expr: `${min(series("redisConnectionUp"), byClient)} == 0`,
    for: "1m",
    severity: "warning",
    summary:
      "{{ $labels.job }} on {{ $labels.instance }} has lost its Redis connection {{ $labels.client }}",
    meaning: "One service cannot reach Redis; others may.",
    firstLook: "That service's log: connection refused, timed out, or wrong password?",
    remedy: "Check the security group, the route and the password file of that host.",
    dashboard: overviewOfAll,
  },
  {
    name: "RedisMemoryNearLimit",
    expr: `${series("redisMemoryUsed")} / (${series("redisMemoryMax")} > 0) > ${redisMemoryRatio}`,
    for: "10m",
    severity: "warning",
    summary: "Redis uses {{ $value | humanizePercentage }} of its memory limit",
    meaning: "At its limit Redis accepts no more jobs; the producer refuses them before that.",
    firstLook: "Jobs by state: a backlog, or many large results that are still kept?",
    remedy: "Work off the backlog, keep fewer finished jobs, or use a larger host.",
    dashboard: overviewOfAll,
  },
  {
    name: "RedisMaxmemoryUnset",
    expr: `${series("redisMemoryMax")} == 0`,
    for: "10m",
    severity: "info",
    summary: "Redis has no memory limit",
    meaning: "Without a limit, Redis grows until the kernel kills it.",
    firstLook: "maxmemory in redis.conf.",
    remedy: "Set maxmemory to half of the host's memory, with maxmemory-policy noeviction.",
    dashboard: overviewOfAll,
  },
  {
    name: "RedisEvictingKeys",
    expr: `${increase(series("redisEvictedKeys"), "10m")} > 0`,
    severity: "warning",
    summary: "Redis has evicted {{ $value | humanize }} keys",
    meaning: "Redis deletes keys to make room: jobs are being lost.",
    firstLook: "maxmemory-policy: it must be noeviction.",
    remedy: "Set it at once, then make room; lost jobs must be submitted again.",
    dashboard: overviewOfAll,
  },
  {
    name: "RedisPersistenceFailing",
    expr: `${series("redisSnapshotOk")} == 0 or ${series("redisAppendOk")} == 0`,
    for: "5m",
    severity: "warning",
    summary: "Redis cannot write to its disk",
    meaning: "What Redis acknowledges may be lost when it stops, and it will soon refuse writes.",
    firstLook: "Free disk space on Redis' host, and Redis' log.",
    remedy: "Free space on the volume or enlarge it; then run BGREWRITEAOF.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueRedisSlow",
    expr: `${quantile(0.99, "redisPingDuration", { by: ["instance", "client"], window: "5m" })} > ${redisRoundTripSeconds.limit}`,
    for: "10m",
    severity: "warning",
    summary:
      "Redis takes {{ $value | humanizeDuration }} to answer {{ $labels.client }} on {{ $labels.instance }}",
    meaning: `A round trip takes more than ${redisRoundTripSeconds.limit * 1_000} ms: everything on the queue is slow.`,
    firstLook: "Commands per second, and CPU and disk of Redis' host.",
    remedy: "SLOWLOG GET names slow commands; a disk that is slow to sync needs more throughput.",
    dashboard: overviewOfAll,
  },
];
