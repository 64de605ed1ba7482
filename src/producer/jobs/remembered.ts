/** Wraps a read so that all who ask while one is under way share it. */
export function share<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

/** Wraps a read so that within `ms` all callers share one; a failed read is not remembered. */
export function remember<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let last: { readonly value: Promise<T>; readonly until: number } | undefined;
  return () => {
    if (last === undefined || performance.now() >= last.until) {
      const value = read();
      last = { value, until: performance.now() + ms };
      value.catch(() => {
        last = undefined;
      });
    }
    return last.value;
  };
}
