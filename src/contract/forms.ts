/** The field in which a form sends its Idempotency-Key, so that no field of a task can have its name. */
export const keyField = "idempotency_key";
/** The field in which a form sends when its job is to start, in UTC. */
export const runAtField = "run_at";
