/** A result in Redis: an object, because BullMQ drops a bare 0 or false. */
export interface StoredResult {
  readonly value: unknown;
}

/** What stands before the value in its JSON. */
export const resultPrefix = '{"value":';

/** A task's result as a job keeps it. */
export function storeResult(value: unknown): StoredResult {
  return { value };
}

/** What `storeResult` kept; null where a task returned nothing, or somebody else wrote the job. */
export function readResult(returnvalue: unknown): unknown {
  if (typeof returnvalue !== "object" || returnvalue === null) return null;
  return "value" in returnvalue ? (returnvalue.value ?? null) : null;
}
