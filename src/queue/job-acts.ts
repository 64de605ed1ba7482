import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { auditLimits } from "../contract/actions.ts";
import { parseTime } from "./stored-time.ts";

/** What somebody has done with a job, as the job keeps it. */
export interface JobAct {
  readonly by: string;
  readonly action: string;
  readonly reason?: string | undefined;
  /** The run of many that it belongs to. */
  readonly bulk?: string | undefined;
}

export interface KeptAct extends JobAct {
  /** Unix time in ms, by Redis. */
  readonly at: number;
}

/** A field of ours beside BullMQ's own in the job's hash: a line of each act, the latest first. */
const field = "acts";

/** For a script: `noteAct(job, act)` keeps an act, as `formatAct` tells it, in the job's hash. */
export const actLua = `
local function noteAct(job, act)
  if act == "" then return end
  local time = redis.call("TIME")
  local acts = { string.format("%.0f ", time[1] * 1000 + math.floor(time[2] / 1000)) .. act }
  for kept in string.gmatch(redis.call("HGET", job, "${field}") or "", "[^\\n]+") do
    if #acts < ${auditLimits.ofJob} then acts[#acts + 1] = kept end
  end
  redis.call("HSET", job, "${field}", table.concat(acts, "\\n"))
end
`;

/** As scripts take it; nothing is noted of none. */
export function formatAct(act: JobAct | undefined): string {
  return act === undefined ? "" : JSON.stringify(act);
}

/** Who acted on the job, the latest first. */
export async function readActs(queue: Queue, redis: Redis, id: string): Promise<KeptAct[]> {
  const text = await redis.hget(queue.toKey(id), field);
  return (text ?? "").split("\n").flatMap(readOne);
}

const schema = z.object({
  by: z.string(),
  action: z.string(),
  reason: z.string().optional(),
  bulk: z.string().optional(),
});

/** None where somebody has damaged it. */
function readOne(line: string): KeptAct[] {
  const [, ms, json = ""] = /^(\d+) (.*)$/s.exec(line) ?? [];
  const at = parseTime(Number(ms ?? Number.NaN));
  try {
    const { data } = schema.safeParse(JSON.parse(json));
    return data === undefined || at === undefined ? [] : [{ ...data, at }];
  } catch {
    return [];
  }
}
