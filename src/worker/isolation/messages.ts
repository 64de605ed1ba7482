import type { Failure } from "../attempts/failure.ts";

/** What a worker sends to the process of an isolated task. */
export type Order =
  | { readonly kind: "run"; readonly input: Record<string, unknown> }
  | { readonly kind: "abort"; readonly reason: string };

/** What that process answers, once for each `run`. */
export type Outcome =
  /** The result as JSON; undefined if the task returned none. */
  | { readonly kind: "result"; readonly json: string | undefined }
  | { readonly kind: "failure"; readonly failure: Failure; readonly stack: string | undefined };
