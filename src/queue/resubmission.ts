import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";
import { actLua, formatAct, type JobAct } from "./job-acts.ts";
import { isJobId } from "./job-id.ts";

/** The option, beside BullMQ's own, of a job that was made from an older one's input. */
export function resubmit(of: string | undefined): { readonly resubmitOf?: string } {
  return of === undefined ? {} : { resubmitOf: of };
}

/** The id of the older job, if there was one. */
export function readResubmitOf(options: object): string | undefined {
  const { resubmitOf }: { readonly resubmitOf?: unknown } = options;
  return typeof resubmitOf === "string" && isJobId(resubmitOf) ? resubmitOf : undefined;
}

/** The same in these options, as Redis keeps them. */
export function findResubmitOf(options: string): string | undefined {
  return readResubmitOf({ resubmitOf: /"resubmitOf":"([^"\\]+)"/.exec(options)?.[1] });
}

/** A field of the older job's hash: how often it was resubmitted, and the latest ids, the latest first. */
export const resubmissionsField = "resubmitted";

/** Ids that a job keeps. */
const mostKept = 10;

/** Of a job that is gone nothing is noted: a hash without all else would be taken for a damaged job. */
const noteScript = `${actLua}
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
local text = redis.call("HGET", KEYS[1], "${resubmissionsField}") or ""
if string.find(text, ARGV[1], 1, true) then return 0 end
local count, ids = string.match(text, "^(%d+) ?(.*)$")
local kept = { string.format("%d", (tonumber(count) or 0) + 1), ARGV[1] }
for id in string.gmatch(ids or "", "[^ ]+") do
  if #kept <= ${mostKept} then kept[#kept + 1] = id end
end
redis.call("HSET", KEYS[1], "${resubmissionsField}", table.concat(kept, " "))
noteAct(KEYS[1], ARGV[2])
return 1
`;

/** Notes in a job that the one of that id was made from it, once however often it is called, and by whose act. */
export async function noteResubmission(
  queue: Queue,
  redis: Redis,
  note: { readonly of: string; readonly as: string; readonly act?: JobAct | undefined },
): Promise<void> {
  await redis.eval(noteScript, 1, queue.toKey(note.of), note.as, formatAct(note.act));
}

/** What is kept in the field; none where somebody has damaged it. */
export function parseResubmissions(text: string | null | undefined): {
  readonly count: number;
  readonly ids: readonly string[];
} {
  const [, count, rest = ""] = /^(\d{1,15})(.*)$/.exec(text ?? "") ?? [];
  return { count: Number(count ?? 0), ids: rest.split(" ").filter(isJobId).slice(0, mostKept) };
}

/** The latest jobs that were made from that one, the latest first. */
export async function readResubmissions(
  queue: Queue,
  redis: Redis,
  id: string,
): Promise<readonly string[]> {
  const [text] = await readRecordAnswers(
    redis.pipeline().hget(queue.toKey(id), resubmissionsField),
  );
  return parseResubmissions(typeof text === "string" ? text : null).ids;
}
