import { isDeepStrictEqual } from "node:util";
import type { JobsOptions } from "bullmq";
import { z } from "zod";
import { keyTags } from "../contract/queues.ts";

/** A job as Redis keeps it: BullMQ's own fields, which anybody who can write there may have changed. */
export type JobHash = Readonly<Record<string, string>>;

/** Fields on which BullMQ's scripts calculate, or which they parse: with another value they fail. */
const scripted = {
  ats: isCount,
  atm: isCount,
  stc: isCount,
  parent: isParent,
  parentKey: isOwnKey,
} as const;

/** Fields that BullMQ's scripts would fail on; without them they begin anew. */
export function findScriptBreakers(hash: JobHash): string[] {
  return Object.entries(scripted)
    .filter(([field, accepts]) => hash[field] !== undefined && !accepts(hash[field]))
    .map(([field]) => field);
}

/**
 * Returns a function that makes a hash one that BullMQ can read, which throws for text that is no
 * JSON and takes options as they are. An option that makes no sense is replaced by that of
 * `defaults`; data that is no JSON, or too deep to be written again, becomes a text, so that it can
 * still be looked at.
 */
export function createHashMender(defaults: JobsOptions): (hash: JobHash) => JobHash {
  const known = createOptionsSchema(defaults);
  return (hash) => {
    const breakers = new Set(findScriptBreakers(hash));
    const fields = Object.entries(hash).filter(([field]) => !breakers.has(field));
    const stored = known.safeParse(parseJson(hash["opts"] ?? "{}"));
    const options = stored.success ? stored.data : known.parse({});
    const mended: Record<string, string> = {
      ...Object.fromEntries(fields),
      opts: JSON.stringify(options),
      data: isJson(hash["data"]) ? hash["data"] : JSON.stringify(hash["data"] ?? null),
      progress: isJson(hash["progress"]) ? hash["progress"] : "0",
    };
    for (const field of ["returnvalue", "stacktrace"]) {
      if (hash[field] !== undefined && !isJson(hash[field])) delete mended[field];
    }
    // Without a schedule of its own a job cannot bring about the next one.
    if (options.repeat !== undefined || !("rjk" in mended)) return mended;
    const { rjk: _, ...unscheduled } = mended;
    return unscheduled;
  };
}

/** Texts in the options that differ from job to job, as JSON. */
const ownTexts =
  /"(tm|jobId|client|submitter|id|submittedBy|resubmitOf|callback|received)":"(?:[^"\\\p{Cc}]|\\["\\/bfnrt])*"/gu;
const maxVerdicts = 100;

/**
 * Returns a function that says of a hash, as a flat list of fields and values, that BullMQ can read
 * it as it is. That is so of nearly all, and costs a tenth of what mending does.
 */
export function createSoundCheck(defaults: JobsOptions): (flat: readonly string[]) => boolean {
  const known = createOptionsSchema(defaults);
  const verdicts = new Map<string, boolean>();
  const judge = (text: string) => {
    const value = parseJson(text);
    const stored = known.safeParse(value);
    return stored.success && isDeepStrictEqual(parseJson(JSON.stringify(stored.data)), value);
  };
  const areSoundOptions = (text: string) => {
    const alike = text.replace(ownTexts, '"$1":""');
    let verdict = verdicts.get(alike);
    if (verdict === undefined) {
      if (verdicts.size >= maxVerdicts) verdicts.clear();
      verdict = judge(alike);
      verdicts.set(alike, verdict);
    }
    return verdict;
  };
  const checks: Readonly<Record<string, (value: string) => boolean>> = {
    ...scripted,
    opts: areSoundOptions,
    data: isJson,
    progress: isJson,
    returnvalue: isJson,
    stacktrace: isJson,
    rjk: () => false,
  };
  return (flat) => {
    let found = 0;
    for (let i = 0; i < flat.length; i += 2) {
      const field = flat[i] ?? "";
      if (field === "opts" || field === "data") found += 1;
      if (Object.hasOwn(checks, field) && checks[field]?.(flat[i + 1] ?? "") !== true) return false;
    }
    return found === 2;
  };
}

/** Half of what Node.js 24 writes as JSON before its stack is full, whoever calls it. */
const mostLevels = 2_000;

const count = z.int().min(0);
/** Of one of our queues: Redis denies us any other, in the middle of a script. */
const ownKey = z.string().startsWith(`{${keyTags.queue}`);
const parent = z.looseObject({ id: z.string(), queueKey: ownKey });
const kept = z.union([
  z.boolean(),
  z.int(),
  z.object({ age: count.optional(), count: z.int().optional(), limit: count.optional() }),
]);
const backoff = z.union([
  count,
  z.object({
    type: z.enum(["fixed", "exponential"]),
    delay: count.optional(),
    jitter: z.number().min(0).max(1).optional(),
  }),
]);
const repeat = z.union([
  z.looseObject({ every: z.int().min(1) }),
  z.looseObject({ pattern: z.string().min(1) }),
]);

/** BullMQ's options under the names that they have in Redis. */
function createOptionsSchema(defaults: JobsOptions) {
  return z.looseObject({
    attempts: count.default(defaults.attempts ?? 1).catch(defaults.attempts ?? 1),
    backoff: backoff.optional().catch(backoff.optional().parse(defaults.backoff)),
    removeOnComplete: withFallback(kept, defaults.removeOnComplete),
    removeOnFail: withFallback(kept, defaults.removeOnFail),
    delay: z.number().min(0).optional().catch(undefined),
    priority: count.optional().catch(undefined),
    stackTraceLimit: count.optional().catch(defaults.stackTraceLimit),
    kl: count.optional().catch(defaults.keepLogs),
    lifo: z.boolean().optional().catch(undefined),
    tm: z.string().optional().catch(undefined),
    omc: z.boolean().optional().catch(undefined),
    repeat: repeat.optional().catch(undefined),
    // Never stored here: with it, a worker would look for the schedule, and lose the job.
    repeatJobKey: z.undefined().catch(undefined),
    parent: z.looseObject({ id: z.string(), queue: ownKey }).optional().catch(undefined),
    de: z.looseObject({ id: z.string() }).optional().catch(undefined),
  });
}

/** The default of ours also where nothing is said: BullMQ would keep such a job for ever. */
function withFallback(schema: typeof kept, fallback: unknown) {
  const value = schema.parse(fallback ?? false);
  return schema.default(value).catch(value);
}

function isCount(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function isOwnKey(text: string): boolean {
  return ownKey.safeParse(text).success;
}

function isParent(text: string): boolean {
  return parent.safeParse(parseJson(text)).success;
}

function isJson(text: string | undefined): text is string {
  return text !== undefined && parseJson(text) !== undefined;
}

/** `undefined` for what is no JSON, which no JSON stands for, and for what is nested too deep. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return text.length > 2 * mostLevels && isDeeper(value, mostLevels) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const item of Object.values(value)) if (isDeeper(item, levels - 1)) return true;
  return false;
}
