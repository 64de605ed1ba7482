import { z } from "zod";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { failureLengths } from "../attempts/failure.ts";
import { resultBytes } from "../attempts/result.ts";

/** What a worker sends to the process of an isolated task. */
export type Order =
  | { readonly kind: "run"; readonly job: number; readonly input: Record<string, unknown> }
  | { readonly kind: "abort"; readonly reason: string };

/** What that process answers, once for each `run`, whose `job` it repeats. */
export type Outcome = z.input<typeof outcome>;

/** That, read by the worker. */
export type Answer = z.output<typeof outcome>;

const json = z.string().max(resultBytes).transform(parseJson);
const outcome = z.discriminatedUnion("kind", [
  /** The result as JSON; undefined if the task returned none. */
  z.object({ kind: z.literal("result"), job: z.int(), json: z.optional(json) }),
  z.object({
    kind: z.literal("failure"),
    job: z.int(),
    failure: z.object({
      failureClass: z.enum(Object.keys(failureClasses) as FailureClass[]),
      reason: z.string().max(failureLengths.reason),
      retryable: z.boolean(),
    }),
    stack: z.optional(z.string().max(failureLengths.stack)),
  }),
]);

/** `undefined` for what is none: the task's own code, or a package of its, can send anything. */
export function readAnswer(message: unknown): Answer | undefined {
  return outcome.safeParse(message).data;
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("no JSON");
    return z.NEVER;
  }
}
