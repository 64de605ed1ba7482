import { unavailableKinds } from "../../contract/failures.ts";
import { idPattern } from "../../queue/job-id.ts";
import { hasRetryAfter, type Problem, problemOf } from "../http/error-responses.ts";
import type { Components } from "../http/components.ts";
import { UnavailableError } from "../http/errors.ts";
import { refer } from "../http/operation.ts";
import type { BatchResult, RowRefusal, RowResult } from "./batch.ts";

/**
 * Of the errors in all rows, each of which may repeat a part of its row: those that are found after
 * so many are told in words alone, and no more where they are.
 */
const maxErrorsLength = 262_144;

interface BatchAnswer {
  readonly queued: number;
  readonly known: number;
  readonly refused: number;
  readonly rows: readonly RowResult[];
  readonly unread?: Problem;
}

/** Returns what tells the errors of one batch's rows, as soon as they are there: none of them is kept. */
export function createRowRefusals(): (error: unknown) => RowRefusal {
  let left = maxErrorsLength;
  return (error) => {
    const { errors, ...problem } = problemOf(error);
    if (errors !== undefined) left -= JSON.stringify(errors).length;
    return {
      problem: errors === undefined || left < 0 ? problem : { ...problem, errors },
      ...(hasRetryAfter(error) && { retry_after_seconds: error.retryAfterSeconds }),
    };
  };
}

/**
 * Throws an `UnavailableError` where not one row was taken, as the queue could take none: the batch
 * is answered as each of them would have been alone, and may be sent again as it is.
 */
export function assertTakeable({ results }: BatchResult): void {
  const kinds = new Set(results.map((one) => one.outcome === "refused" && one.problem.kind));
  const known = unavailableKinds.filter((kind) => kinds.delete(kind));
  const [first] = known;
  if (first === undefined || kinds.size > 0) return;
  throw new UnavailableError(known.includes("unknown") ? "unknown" : first);
}

/** What a client is told of its batch. */
export function tellBatch({ results, unread }: BatchResult): BatchAnswer {
  const count = (outcome: RowResult["outcome"]) =>
    results.filter((result) => result.outcome === outcome).length;
  return {
    queued: count("queued"),
    known: count("known"),
    refused: count("refused"),
    rows: results,
    ...(unread !== undefined && { unread: problemOf(unread) }),
  };
}

const row = { type: "integer", minimum: 1, description: "Its line, or its place in the array." };
const count = (description: string) => ({ type: "integer", minimum: 0, description });

/** The answer, as components of an OpenAPI document. */
export const batchComponents: Components = {
  BatchAnswer: {
    description: "What became of each row.",
    type: "object",
    required: ["queued", "known", "refused", "rows"],
    properties: {
      queued: count("Rows of which a job was made."),
      known: count("Rows whose job was there before."),
      refused: count("Rows of which no job was made."),
      rows: {
        description: "In their order.",
        type: "array",
        items: { oneOf: [refer("TakenRow"), refer("RefusedRow")] },
      },
      unread: {
        description:
          "There if the body was not read to its end, and why. Nothing after the last row that is told was queued.",
        ...refer("Problem"),
      },
    },
  },
  TakenRow: {
    description: "A row whose job is in the queue.",
    type: "object",
    required: ["row", "outcome", "id"],
    properties: {
      row,
      outcome: {
        type: "string",
        enum: ["queued", "known"],
        description: "`known` as a single submission's `Idempotency-Replayed`.",
      },
      id: { type: "string", pattern: idPattern.source },
    },
  },
  RefusedRow: {
    description: "A row of which no job was made, unless its problem says that one may have been.",
    type: "object",
    required: ["row", "outcome", "problem"],
    properties: {
      row,
      outcome: { type: "string", const: "refused" },
      problem: {
        description:
          "As a single submission would have been answered. Once the answer has 256 KB of `errors`, further problems come without.",
        ...refer("Problem"),
      },
      retry_after_seconds: { type: "integer", minimum: 1 },
    },
  },
};
