import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { actOutcomes, type ActOutcome, auditLimits } from "../contract/actions.ts";

/** What somebody asked for. */
export interface Act {
  /** Who, as the file of users calls them, and what they were then. */
  readonly by: string;
  readonly role: string;
  /** The address that it came from. */
  readonly from: string;
  /** What it was done to, as `actions` calls it, and which one. */
  readonly on: string;
  readonly target: string;
  readonly action: string;
  readonly reason?: string | undefined;
}

/** How that has ended. */
export interface ActEnd {
  readonly outcome: ActOutcome;
  /** What there is to say of it, such as why it was refused. */
  readonly detail?: string | undefined;
}

export interface AuditEntry extends Act {
  readonly id: string;
  /** Unix time in ms, by Redis. */
  readonly at: number;
  /** `undefined` while it goes on, and where a producer was killed in it: it may have been done. */
  readonly end: ActEnd | undefined;
}

const longestDetail = 500;
/** Of old entries, so many go with each new one at most: some 0.2 ms of Redis' time. */
const mostDropped = 100;

/** A stream of what operators have asked for, below the first of a deployment's queues. */
function auditKey(home: Queue): string {
  return home.toKey("audit");
}

/** A hash: id of an entry -> how it has ended, as JSON. */
function endsKey(home: Queue): string {
  return home.toKey("audit-ends");
}

/** First in each script: it has no effect but that a full Redis takes the writes behind it, too. */
const beginLua = `redis.call("HDEL", KEYS[2], "none")`;

const askScript = `
${beginLua}
local id = redis.call("XADD", KEYS[1], "*", unpack(ARGV, 4))
local most = tonumber(ARGV[3])
local function drop(entries)
  for _, entry in ipairs(entries) do
    redis.call("XDEL", KEYS[1], entry[1])
    redis.call("HDEL", KEYS[2], entry[1])
  end
end
local oldest = redis.call("TIME")[1] * 1000 - tonumber(ARGV[2])
if oldest > 0 then
  drop(redis.call("XRANGE", KEYS[1], "-", string.format("%.0f", oldest), "COUNT", most))
end
local excess = math.min(redis.call("XLEN", KEYS[1]) - tonumber(ARGV[1]), most)
if excess > 0 then drop(redis.call("XRANGE", KEYS[1], "-", "+", "COUNT", excess)) end
return id
`;

/**
 * Notes that somebody asks for it, before it is done, and forgets what is older than 90 days or than the
 * latest 10,000. Returns the entry's id.
 */
export async function noteAct(home: Queue, redis: Redis, act: Act): Promise<string> {
  const fields = Object.entries({ ...act }).filter(([, value]) => value !== undefined);
  const { entries, days } = auditLimits;
  const values = [entries, days * 86_400_000, mostDropped, ...fields.flat()];
  return String(
    await redis.eval(askScript, 2, auditKey(home), endsKey(home), ...(values as string[])),
  );
}

const endScript = `
if #redis.call("XRANGE", KEYS[1], ARGV[1], ARGV[1]) == 0 then return 0 end
${beginLua}
return redis.call("HSET", KEYS[2], ARGV[1], ARGV[2])
`;

/** Notes how it has ended. */
export async function noteActEnd(
  home: Queue,
  redis: Redis,
  id: string,
  { outcome, detail }: ActEnd,
): Promise<void> {
  const cut = detail !== undefined && detail.length > longestDetail;
  const told = cut ? `${detail.slice(0, longestDetail - 1)}…`.toWellFormed() : detail;
  const end = JSON.stringify({ outcome, detail: told });
  await redis.eval(endScript, 2, auditKey(home), endsKey(home), id, end);
}

/** Which entries are meant: all that is given has to be the same. */
export type AuditFilter = Partial<Pick<Act, "by" | "on" | "target" | "action">>;

export interface AuditPage {
  /** The latest first. */
  readonly entries: readonly AuditEntry[];
  /** The id before which the next page begins; `undefined` where there is none. */
  readonly before: string | undefined;
}

/** Entries that are read in one go where many do not match. */
const readAtOnce = 500;

/** What an entry's id is. */
export const entryIdPattern = /^\d{1,15}-\d{1,15}$/;

/** Whether an entry could have that id. */
export function isEntryId(text: string): boolean {
  return entryIdPattern.test(text);
}

/** The latest entries that match, before the entry with that id if one is given. */
export async function readAudit(
  home: Queue,
  redis: Redis,
  asked: {
    readonly filter: AuditFilter;
    readonly before?: string | undefined;
    readonly count: number;
  },
): Promise<AuditPage> {
  const found: [string, Act][] = [];
  let from = asked.before;
  let isOver = false;
  while (found.length <= asked.count && !isOver) {
    const end = from === undefined ? "+" : `(${from}`;
    const rows = await redis.xrevrange(auditKey(home), end, "-", "COUNT", readAtOnce);
    isOver = rows.length < readAtOnce;
    from = rows.at(-1)?.[0];
    for (const [id, flat] of rows) {
      const act = readAct(flat);
      if (act !== undefined && matches(act, asked.filter)) found.push([id, act]);
    }
  }
  const shown = found.slice(0, asked.count);
  const ends =
    shown.length === 0 ? [] : await redis.hmget(endsKey(home), ...shown.map(([id]) => id));
  return {
    entries: shown.map(([id, act], i) => ({
      ...act,
      id,
      at: Number.parseInt(id, 10),
      end: readEnd(ends[i] ?? null),
    })),
    before: found.length > asked.count ? shown.at(-1)?.[0] : undefined,
  };
}

function matches(act: Act, filter: AuditFilter): boolean {
  return (["by", "on", "target", "action"] as const).every(
    (name) => filter[name] === undefined || filter[name] === act[name],
  );
}

const actSchema = z.object({
  by: z.string(),
  role: z.string(),
  from: z.string(),
  on: z.string(),
  target: z.string(),
  action: z.string(),
  reason: z.string().optional(),
});

/** `undefined` for what somebody else has put there. */
function readAct(flat: readonly string[]): Act | undefined {
  const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []));
  return actSchema.safeParse(Object.fromEntries(pairs)).data;
}

const outcomes = Object.keys(actOutcomes) as [ActOutcome];
const endSchema = z.object({ outcome: z.enum(outcomes), detail: z.string().optional() });

function readEnd(text: string | null): ActEnd | undefined {
  try {
    return endSchema.safeParse(JSON.parse(text ?? "null")).data;
  } catch {
    return undefined;
  }
}
