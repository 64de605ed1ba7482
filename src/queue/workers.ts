import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { forgottenAfterSeconds, maxWorkers, vanishedAfterSeconds } from "../contract/workers.ts";
import { type DrainOrder, readOrder } from "./worker-orders.ts";
import { workerPrefix, workersKey } from "./worker-keys.ts";
import { parseReport, type WorkerReport } from "./worker-report.ts";

/**
 * Whether it has jobs to do (`working`, `idle`), an operator has it take no more and some still run
 * (`draining`) or none does (`drained`), it is about to exit (`stopping`), or it has not reported for
 * too long (`vanished`).
 */
export type WorkerState = "working" | "idle" | "draining" | "drained" | "stopping" | "vanished";

/** What is known of a worker; times are Unix times in ms, by Redis. */
export interface KnownWorker {
  readonly id: string;
  readonly state: WorkerState;
  /** When it reported last, and how long ago that is. */
  readonly seenAt: number;
  readonly silentMs: number;
  /** Its latest; `undefined` where somebody has damaged it. */
  readonly report: WorkerReport | undefined;
  readonly order: DrainOrder | undefined;
}

/** Longer than any report; what has more is none. */
const maxReportBytes = 262_144;
const maxIdBytes = 300;

/** What is of the wrong type was put there by hand, and is as if it were not there. */
const readScript = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local workers = {}
if redis.call("TYPE", KEYS[1]).ok ~= "zset" then return { now, workers } end
local known = redis.call("ZREVRANGEBYSCORE", KEYS[1], "+inf", now - ARGV[2], "WITHSCORES", "LIMIT", 0, ARGV[3])
for i = 1, #known, 2 do
  local id = known[i]
  if #id <= tonumber(ARGV[5]) then
    local own = redis.pcall("HMGET", ARGV[1] .. id, "report", "drain_at", "drain_by")
    local report = own[1] or ""
    if #report > tonumber(ARGV[4]) then report = "" end
    workers[#workers + 1] = { id, known[i + 1], report, own[2] or false, own[3] or false }
  end
end
return { now, workers }
`;

type Stored = readonly [
  id: string,
  seenAt: string,
  report: string,
  drainAt: string | null,
  drainBy: string | null,
];

/** The workers that are known, `maxWorkers` at most: those that have reported last. */
export async function readWorkers(home: Queue, redis: Redis): Promise<KnownWorker[]> {
  const values = [
    workerPrefix(home),
    forgottenAfterSeconds * 1_000,
    maxWorkers,
    maxReportBytes,
    maxIdBytes,
  ];
  const answer = await redis.eval(readScript, 1, workersKey(home), ...values);
  const [now, workers] = answer as [number, Stored[]];
  return workers.map(([id, seen, json, ...drain]) => {
    // A clock that was set back since makes nobody report in the future.
    const seenAt = Math.min(now, Math.floor(Number(seen)));
    const report = parseReport(json);
    const order = readOrder(drain);
    const silentMs = now - seenAt;
    return { id, state: findState(report, order, silentMs), seenAt, silentMs, report, order };
  });
}

function findState(
  report: WorkerReport | undefined,
  order: DrainOrder | undefined,
  silentMs: number,
): WorkerState {
  if (silentMs >= vanishedAfterSeconds * 1_000) return "vanished";
  if (report?.phase === "stopping") return "stopping";
  const isBusy = (report?.queues ?? []).some(({ running }) => running > 0);
  const isHeld = report?.phase === "held";
  // Until it has heard of an order, or of its end, it goes on as before.
  if (order === undefined && !isHeld) return isBusy ? "working" : "idle";
  return isBusy || !isHeld ? "draining" : "drained";
}
