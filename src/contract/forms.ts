/** The field in which a form sends its Idempotency-Key, so that no field of a task can have its name. */
export const keyField = "idempotency_key";
