import { Job, type JobsOptions, type Queue } from "bullmq";
import type { Redis } from "ioredis";

const single = "addStandardJob";
const joint = "addStandardJobs";

/** What BullMQ's script takes after its keys: what it shall know of the job, its data and its options. */
const valuesOfJob = 3;

/**
 * Runs BullMQ's own script for each job, as if it had been sent for that alone, and tells of each
 * whether Redis had a job with its id before, and what the script has answered.
 */
const jointLua = (script: string) => `
local function add(KEYS, ARGV)
${script}
end
local keys, answers = KEYS, {}
for i = 1, #ARGV, ${valuesOfJob + 1} do
  local known = redis.call("EXISTS", ARGV[i])
  local done, answer = pcall(add, keys, { unpack(ARGV, i + 1, i + ${valuesOfJob}) })
  if not done and type(answer) ~= "table" then answer = { err = answer } end
  answers[#answers + 1] = { known, answer }
end
return answers
`;

/** A job that Redis has taken, or has an older one in the place of. */
export interface JointJob {
  readonly job: Job;
  /** Redis had none with its id, and has it now. */
  readonly isNew: boolean;
}

interface Added {
  readonly known: boolean;
  readonly answer: unknown;
}

/** Jobs that Redis is just about to be sent. */
interface Gathering {
  readonly keys: readonly unknown[];
  readonly values: unknown[];
  readonly added: Promise<Added[]>;
}

const gatherings = new WeakMap<Queue, Gathering>();

/**
 * Adds a job as `queue.add` does, in one command with all that are added so in the same turn of the
 * event loop, which costs each of them less than half of what a command of its own does. What Redis
 * says of one is nothing to the others.
 */
export async function addJointly(
  queue: Queue,
  redis: Redis,
  { name, data, options }: { name: string; data: unknown; options: JobsOptions },
): Promise<JointJob> {
  const all = { ...queue.defaultJobOptions, ...options };
  const job = new Job(queue, name, data, all, options.jobId);
  const id = job.id ?? "";
  const backend = queue.getBackend();
  const client = await backend.client;
  let known = false;
  const runCommand = async (command: string, values: unknown[]) => {
    if (!command.startsWith(`${single}:`)) return client.runCommand(command, values);
    const added = await gather({ queue, redis, command }, queue.toKey(id), values);
    known = added.known;
    if (added.answer instanceof Error) throw added.answer;
    return added.answer;
  };
  const gatherer: typeof client = Object.create(client, { runCommand: { value: runCommand } });
  job.id = await backend.addJobToTransaction(gatherer, job.asJSON(), id);
  return { job, isNew: !known && job.id === id };
}

async function gather(
  target: { readonly queue: Queue; readonly redis: Redis; readonly command: string },
  key: string,
  values: readonly unknown[],
): Promise<Added> {
  const numberOfKeys = values.length - valuesOfJob;
  const gathering =
    gatherings.get(target.queue) ?? beginGathering(target, values.slice(0, numberOfKeys));
  const index = gathering.values.length / (valuesOfJob + 1);
  gathering.values.push(key, ...values.slice(numberOfKeys));
  const added = (await gathering.added)[index];
  if (added === undefined) throw new Error(`expected an answer of Redis for the job at "${key}"`);
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
  const values: unknown[] = [];
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  process.nextTick(resolve);
  const added = begun.then(async () => {
    gatherings.delete(queue);
    defineJoint(redis, command);
    const backend = queue.getBackend();
    const answers = await backend.execCommand(await backend.client, joint, [...keys, ...values]);
    return (answers as [number, unknown][]).map(([known, answer]) => ({
      known: known === 1,
      answer,
    }));
  });
  const gathering = { keys, values, added };
  gatherings.set(queue, gathering);
  return gathering;
}

/** As BullMQ defines its own scripts, whose names end in its version. */
function defineJoint(redis: Redis, command: string): void {
  const name = command.replace(single, joint);
  if (name in redis.scriptsSet) return;
  const scripts: Readonly<Record<string, { lua: string; numberOfKeys: number }>> = redis.scriptsSet;
  const script = scripts[command];
  if (script === undefined) throw new Error(`expected a script "${command}" of BullMQ`);
  redis.defineCommand(name, { lua: jointLua(script.lua), numberOfKeys: script.numberOfKeys });
}
