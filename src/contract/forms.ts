/** The field in which a form sends its Idempotency-Key, so that no field of a task can have its name. */
export const keyField = "idempotency_key";
/** The field in which a form sends when its job is to start, in UTC. */
export const runAtField = "run_at";
/** The field in which a form says from which job's input it was filled. */
export const resubmitField = "resubmit_of";
/** The field in which a form sends the whole input as JSON, where its own fields cannot show it. */
export const inputField = "input_as_json";
/** The field in which an operator says why. */
export const reasonField = "operators_reason";
