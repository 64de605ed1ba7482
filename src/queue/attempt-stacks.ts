import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { readRecordAnswers } from "./answers.ts";
import { type AttemptEntry, entryFields, markOf, parseEntry } from "./attempt-entry.ts";

/**
 * Where the last attempts of a job that failed were in their task's code, by the number of their
 * start. It is for operators alone: a stack may show what no submitter is to see.
 */
export async function readStacks(
  queue: Queue,
  redis: Redis,
  id: string,
): Promise<ReadonlyMap<number, string>> {
  const asked = redis.pipeline().hmget(queue.toKey(id), "stacktrace", ...entryFields);
  const [answer] = await readRecordAnswers(asked);
  const [stacks, ...values] = Array.isArray(answer) ? (answer as (string | null)[]) : [];
  const entries = values.map((value, i) => parseEntry(entryFields[i] ?? "", value ?? ""));
  return matchStacks(
    entries.filter((entry) => entry !== undefined),
    parseStacks(stacks),
  );
}

/** The stack of each start of which it is kept. BullMQ keeps the last ones, without saying whose they are. */
export function matchStacks(
  entries: readonly Pick<AttemptEntry, "start" | "stackMark">[],
  stacks: readonly string[],
): ReadonlyMap<number, string> {
  const byMark = new Map(stacks.map((stack) => [markOf(stack), stack]));
  return new Map(
    entries.flatMap(({ start, stackMark }) => {
      const stack = byMark.get(stackMark ?? "");
      return stack === undefined ? [] : [[start, stack]];
    }),
  );
}

/** None where somebody has written something else. */
function parseStacks(text: string | null | undefined): string[] {
  try {
    const stacks: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(stacks) ? stacks.filter((stack) => typeof stack === "string") : [];
  } catch {
    return [];
  }
}
