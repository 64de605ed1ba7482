import { Job, type JobsOptions, type Queue } from "bullmq";
import type { Redis } from "ioredis";
import { keptSeconds } from "./client-jobs.ts";
import { ClientFullError, type WantedPlace } from "./places.ts";

/** BullMQ's commands that add a job, each another kind of one; their names end in its version. */
const single = /^(add\w+Job):/;

/** What BullMQ's script takes after its keys: what it shall know of the job, its data and its options. */
const valuesOfJob = 3;

/** What the joint script takes of each job before those: its id, and where its client is counted up to what. */
const valuesBefore = 3;

/**
 * Runs BullMQ's own script for each job that has a place, as if it had been sent for that alone, and
 * tells of each whether Redis had a job with its id before, of how many of its client it is one now,
 * or would be, and what the script has answered.
 */
const jointLua = (script: string) => `
local function add(KEYS, ARGV)
${script}
end
local keys, counts, answers = KEYS, {}, {}
local function take(client, limit, id)
  local count = counts[client] or redis.call("ZCARD", client)
  if count >= limit and not redis.call("ZSCORE", client, id) then return count + 1, 0 end
  local taken = redis.call("ZADD", client, "NX", ARGV[2], id)
  counts[client] = count + taken
  return math.min(counts[client], limit), taken
end
local function leave(client, id)
  counts[client] = counts[client] - redis.call("ZREM", client, id)
end
for i = 4, #ARGV, ${valuesBefore + valuesOfJob} do
  local id, client, limit = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local known, count, taken = redis.call("EXISTS", ARGV[1] .. id), 0, 0
  local done, answer = pcall(function()
    if client ~= "" and known == 0 then count, taken = take(client, limit, id) end
    if count <= limit then
      return add(keys, { unpack(ARGV, i + ${valuesBefore}, i + ${valuesBefore + valuesOfJob - 1}) })
    end
    return false
  end)
  if taken == 1 and (not done or answer ~= id) then leave(client, id) end
  if not done and type(answer) ~= "table" then answer = { err = answer } end
  answers[#answers + 1] = { known, count, answer }
end
for client in pairs(counts) do redis.call("EXPIRE", client, ARGV[3]) end
return answers
`;

/** A job that Redis has taken, or has an older one in the place of. */
export interface JointJob {
  readonly job: Job;
  /** Redis had none with its id, and has it now. */
  readonly isNew: boolean;
}

/** What the joint script says of a job. */
interface Added {
  readonly known: boolean;
  /** Of how many jobs of its client it is one, or would be; 0 where that is not counted. */
  readonly count: number;
  /** BullMQ's; `null` where it was not asked. */
  readonly answer: unknown;
}

/** Jobs that Redis is just about to be sent. */
interface Gathering {
  readonly keys: readonly unknown[];
  readonly values: unknown[];
  readonly added: Promise<Added[]>;
}

/** By BullMQ's command. */
const gatherings = new WeakMap<Queue, Map<string, Gathering>>();

/**
 * Adds a job as `queue.add` does, if there is a place for it, in one command with all that are added
 * so in the same turn of the event loop and are of its kind (to start at once, later, or by priority),
 * which costs each of them less than half of what a command of its own does. What Redis says of one is nothing to the others. Throws `ClientFullError` where there
 * is no place; a job that Redis knows needs none.
 */
export async function addJointly(
  queue: Queue,
  redis: Redis,
  {
    name,
    data,
    options,
    place,
  }: { name: string; data: unknown; options: JobsOptions; place?: WantedPlace | undefined },
): Promise<JointJob> {
  const all = { ...queue.defaultJobOptions, ...options };
  const job = new Job(queue, name, data, all, options.jobId);
  const id = job.id ?? "";
  const backend = queue.getBackend();
  const client = await backend.client;
  let known = false;
  const runCommand = async (command: string, values: unknown[]) => {
    if (!single.test(command)) return client.runCommand(command, values);
    const added = await gather({ queue, redis, command }, { id, place }, values);
    known = added.known;
    if (added.count > 0) place?.counted(added.count);
    if (added.answer === null) throw new ClientFullError(place?.limit ?? 0);
    if (added.answer instanceof Error) throw added.answer;
    return added.answer;
  };
  const gatherer: typeof client = Object.create(client, { runCommand: { value: runCommand } });
  job.id = await backend.addJobToTransaction(gatherer, job.asJSON(), id);
  return { job, isNew: !known && job.id === id };
}

async function gather(
  target: { readonly queue: Queue; readonly redis: Redis; readonly command: string },
  { id, place }: { readonly id: string; readonly place: WantedPlace | undefined },
  values: readonly unknown[],
): Promise<Added> {
  const numberOfKeys = values.length - valuesOfJob;
  const gathering =
    gatherings.get(target.queue)?.get(target.command) ??
    beginGathering(target, values.slice(0, numberOfKeys));
  const index = gathering.values.length / (valuesBefore + valuesOfJob);
  const before = [id, place?.client ?? "", place?.limit ?? 0];
  gathering.values.push(...before, ...values.slice(numberOfKeys));
  const added = (await gathering.added)[index];
  if (added === undefined) throw new Error(`expected an answer of Redis for the job "${id}"`);
  return added;
}

/** Sends them once nothing is left to do of what has begun by now, which may add others. */
function beginGathering(
  {
    queue,
    redis,
    command,
  }: { readonly queue: Queue; readonly redis: Redis; readonly command: string },
  keys: readonly unknown[],
): Gathering {
  const begunOf = gatherings.get(queue) ?? new Map<string, Gathering>();
  gatherings.set(queue, begunOf);
  const values: unknown[] = [];
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  process.nextTick(resolve);
  const added = begun.then(async () => {
    begunOf.delete(command);
    const joint = defineJoint(redis, command);
    const backend = queue.getBackend();
    const common = [queue.toKey(""), Date.now(), keptSeconds];
    const all = [...keys, ...common, ...values];
    const answers = await backend.execCommand(await backend.client, joint, all);
    return (answers as [number, number, unknown][]).map(([known, count, answer]) => ({
      known: known === 1,
      count,
      answer,
    }));
  });
  const gathering = { keys, values, added };
  begunOf.set(command, gathering);
  return gathering;
}

/** As BullMQ defines its own scripts; returns its name. */
function defineJoint(redis: Redis, command: string): string {
  const joint = command.replace(single, "$1s:");
  const [name = joint] = joint.split(":");
  if (joint in redis.scriptsSet) return name;
  const scripts: Readonly<Record<string, { lua: string; numberOfKeys: number }>> = redis.scriptsSet;
  const script = scripts[command];
  if (script === undefined) throw new Error(`expected a script "${command}" of BullMQ`);
  redis.defineCommand(joint, { lua: jointLua(script.lua), numberOfKeys: script.numberOfKeys });
  return name;
}
