/** The work did not finish within its time; it may still finish later. */
class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** The work's own outcome, or a `DeadlineError` after `ms` milliseconds. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(`took longer than ${ms} ms`)), ms);
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
