import { type Alert, overviewOfAll } from "./alert.ts";
import {
  keptMemoryRatio,
  percent,
  redisMemoryRatio,
  redisRoundTripSeconds,
} from "../objectives.ts";
import { increase, max, min, quantile, series, sum } from "../query/promql.ts";

/** Both services export it. */
const keptBytes = max(series("keptBytes"), ["queue", "what"]);

const byClient = ["job", "instance", "client"];

/** It does not answer its exporter, or none of the services. */
export const redisDown = `${min(series("redisUp"))} == 0 or ${max(series("redisConnectionUp"))} == 0`;

/** Alerts on the broker, as it says itself and as those who need it see it. */
export const redisAlerts: readonly Alert[] = [
  {
    name: "RedisDown",
    expr: redisDown,
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
    firstLook: "Jobs by state, and what is kept: a backlog, or ended jobs that nobody removes?",
    remedy:
      "Work off the backlog, or use a larger host. Ended jobs make room by themselves from 60 % on.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueKeptTooMuch",
    expr: `${sum(keptBytes, ["queue"])} / on () group_left () (${max(series("redisMemoryMax"))} > 0) > ${keptMemoryRatio}`,
    for: "10m",
    severity: "warning",
    summary:
      "Ended jobs and events of {{ $labels.queue }} have {{ $value | humanizePercentage }} of Redis's memory",
    meaning: `Jobs that have ended and the events may have 40 % of the memory limit, and have more than ${percent(keptMemoryRatio)}: what should remove the oldest does not, and submissions will be refused.`,
    firstLook: 'Services\' logs: "cannot remove ended jobs" has the reason.',
    remedy:
      "Restart producer or worker: one of either is enough. If Redis refuses the command (NOPERM), its users are older than the services: bring its host up to date.",
    dashboard: overviewOfAll,
  },
  {
    name: "TaskQueueResultsRemovedEarly",
    expr: `${sum(increase(series("jobsRemoved", { reason: "early" }), "1h"), ["queue"])} > 0`,
    severity: "info",
    summary:
      "{{ $value | humanize }} jobs of {{ $labels.queue }} were removed within an hour of their end",
    meaning:
      "The memory was needed: results are gone before their submitter may have looked, and with them their Idempotency-Keys. If one client has more than a third of what is kept, they were most likely its own.",
    firstLook:
      "What is kept, and the rate of submissions: are results large, does a backlog take the memory, or does one client flood the queue?",
    remedy:
      "Use a larger host for Redis, lower RATE_LIMIT_PER_MINUTE, or have tasks return less: results belong in a store, with their address as the result.",
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
    expr: `${quantile(0.5, "redisPingDuration", { by: ["instance", "client"], window: "5m" })} > ${redisRoundTripSeconds.limit}`,
    for: "10m",
    severity: "warning",
    summary:
      "Redis takes {{ $value | humanizeDuration }} to answer {{ $labels.client }} on {{ $labels.instance }}",
    meaning: `Half of the round trips take more than ${redisRoundTripSeconds.limit * 1_000} ms: everything on the queue is slow.`,
    firstLook: "Commands per second, and CPU and disk of Redis' host.",
    remedy: "SLOWLOG GET names slow commands; a disk that is slow to sync needs more throughput.",
    dashboard: overviewOfAll,
  },
];
