import { inspect } from "node:util";
import { z } from "zod";
import {
  defaultPolicy,
  longestBackoffMs,
  maxBackoffMs,
  priorities,
} from "../contract/job-policy.ts";
import { queues } from "../contract/queues.ts";
import { resultBytes } from "../contract/result-limits.ts";
import type { Task } from "./task.ts";

/** What a timer of Node.js can wait at most; a longer one would end at once. */
const maxTimerMs = 2 ** 31 - 1;

interface Expectation {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  readonly optional?: true;
}

const text: Expectation = {
  expected: "a text",
  fits: (value) => typeof value === "string" && value.trim() !== "",
};

/** Each leaves its error with the job, and a span. */
const maxAttempts = 50;

const attempts = z
  .strictObject({
    max: z.int().min(1).max(maxAttempts).optional(),
    backoffMs: z.int().min(0).optional(),
    jitter: z.number().min(0).max(1).optional(),
  })
  .refine(
    ({ max = defaultPolicy.attempts.max, backoffMs = defaultPolicy.attempts.backoffMs }) =>
      longestBackoffMs({ ...defaultPolicy.attempts, max, backoffMs }) <= maxBackoffMs,
  );

function oneOf(list: object): Expectation {
  const names = Object.keys(list).map((name) => `"${name}"`);
  return {
    expected: `one of ${names.join(", ")}`,
    fits: (value) => typeof value === "string" && Object.hasOwn(list, value),
    optional: true,
  };
}

const fields: Readonly<Record<keyof Task, Expectation>> = {
  title: text,
  description: text,
  input: { expected: "z.strictObject({ … })", fits: (value) => value instanceof z.ZodObject },
  examples: { expected: "a list", fits: Array.isArray, optional: true },
  timeLimitMs: {
    expected: `a whole number of milliseconds from 1 to ${maxTimerMs}, which is 24 days`,
    fits: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxTimerMs,
  },
  maxResultBytes: {
    expected: `a whole number of bytes from 1 to ${resultBytes.most}`,
    fits: (value) =>
      Number.isInteger(value) && Number(value) >= 1 && Number(value) <= resultBytes.most,
    optional: true,
  },
  queue: oneOf(queues),
  priority: oneOf(priorities),
  attempts: {
    expected:
      `{ max, backoffMs, jitter }, each of them optional: 1 to ${maxAttempts} attempts, whole ` +
      `milliseconds, and a number from 0 to 1; the wait before the last one, backoffMs * ` +
      `2 ** (max - 2), at most ${maxBackoffMs}, which is 7 days`,
    fits: (value) => attempts.safeParse(value).success,
    optional: true,
  },
  unique: {
    expected: "a function of (input) that returns a key or undefined",
    fits: (value) => typeof value === "function" && value.length <= 1,
    optional: true,
  },
  schedule: {
    expected: "{ cron, timeZone, input, missed }, { everyMs, input, missed }, or some by name",
    fits: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    optional: true,
  },
  isolated: {
    expected: "true or false",
    fits: (value) => typeof value === "boolean",
    optional: true,
  },
  run: {
    expected: "a function of (input, job)",
    fits: (value) => typeof value === "function" && value.length <= 2,
  },
};

/** Every reason why these are not the fields of a task, or `undefined`. */
export function findDefinitionProblem(definition: Readonly<Record<string, unknown>>) {
  const known = new Map<string, Expectation>(Object.entries(fields));
  const wrong = [...known].flatMap(([name, { expected, fits, optional = false }]) => {
    const value = definition[name];
    if (fits(value) || (value === undefined && optional)) return [];
    const found = value === undefined ? "missing" : inspect(value, { depth: 0, compact: true });
    return [`its "${name}" is ${found}, expected ${expected}`];
  });
  const unknown = Object.keys(definition)
    .filter((name) => !known.has(name))
    .map((name) => `its "${name}" is unknown, expected only ${[...known.keys()].join(", ")}`);
  const problems = [...wrong, ...unknown];
  return problems.length === 0 ? undefined : problems.join("; ");
}
