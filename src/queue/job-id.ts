import { createHash, randomUUID } from "node:crypto";
import { RequestError } from "../producer/http/errors.ts";

/** What an Idempotency-Key may be. */
export const keyPattern = /^[\x21-\x7e]{1,128}$/;
const idPattern = /^(?:t-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|k-[0-9a-f]{64})$/;

/**
 * The id a job will have, known before it is added, so that adding it again is harmless. A client's
 * key is hashed: as a raw id, `completed` would overwrite the queue's own key of that name.
 * Throws a 400 `RequestError` for a key that is not 1 to 128 printable ASCII characters.
 */
export function createJobId(task: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return `t-${randomUUID()}`;
  if (!keyPattern.test(idempotencyKey)) {
    throw new RequestError(
      400,
      "Idempotency-Key must be 1 to 128 printable ASCII characters without spaces",
    );
  }
  return `k-${createHash("sha256").update(`${task}\n${idempotencyKey}`).digest("hex")}`;
}

/** Whether this could be a job's id; anything else never reaches Redis. */
export function isJobId(text: string): boolean {
  return idPattern.test(text);
}
