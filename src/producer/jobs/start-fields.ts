import { z } from "zod";
import { longestDelayDays, longestDelayMs, type StartTime } from "../../contract/start-time.ts";
import type { FieldError } from "../http/errors.ts";

const expected = {
  runAt: `a time with its offset, such as "2026-12-01T02:00:00Z", at most ${longestDelayDays} days ahead`,
  delayMs: `a whole number from 0 to ${longestDelayMs}`,
};
/** Of a value that is repeated in an error. */
const longestShown = 60;

function wordStart({ input, path = [] }: z.core.$ZodRawIssue): string {
  const shown = JSON.stringify(input)?.slice(0, longestShown);
  return `got ${shown}, expected ${path.at(-1) === "delayMs" ? expected.delayMs : expected.runAt}`;
}

/** What a submission may say of its start: `runAt` as Unix time in ms, or `delayMs`. */
export const startFields = {
  runAt: z.iso
    .datetime({ offset: true, error: wordStart, abort: true })
    .refine((text) => isNearEnough(Date.parse(text)), { error: wordStart })
    .transform((text) => Date.parse(text))
    .optional(),
  delayMs: z
    .int({ error: wordStart })
    .min(0, { error: wordStart })
    .max(longestDelayMs, { error: wordStart })
    .optional(),
};

/** Whether a job may wait for that Unix time in ms; one in the past means now. */
export function isNearEnough(runAt: number): boolean {
  return runAt - Date.now() <= longestDelayMs;
}

interface Given {
  readonly runAt?: number | undefined;
  readonly delayMs?: number | undefined;
}

/** Which of the two would hold, nobody could tell. */
export function refuseTwoStarts({ runAt, delayMs }: Given, ctx: z.RefinementCtx): void {
  if (runAt === undefined || delayMs === undefined) return;
  ctx.addIssue({
    code: "custom",
    path: ["delayMs"],
    message: "got both runAt and delayMs, expected one of them",
  });
}

export function startOf({ runAt, delayMs }: Given): StartTime | undefined {
  if (runAt !== undefined) return { runAt };
  return delayMs === undefined ? undefined : { delayMs };
}

/** Whether the error is about one of the two. */
export function tellsStart({ pointer }: FieldError): boolean {
  return pointer === "/runAt" || pointer === "/delayMs";
}

/** Both for an OpenAPI document. */
export const startSchemas = {
  runAt: {
    type: "string",
    format: "date-time",
    description:
      `When the job is to start at the earliest, at most ${longestDelayDays} days ahead; a time ` +
      "that is over means now. A worker's own clock decides.",
  },
  delayMs: {
    type: "integer",
    minimum: 0,
    maximum: longestDelayMs,
    description: "Instead of runAt: how long the job waits from now on, in ms.",
  },
};
