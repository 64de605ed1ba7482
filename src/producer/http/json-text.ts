const texts = new WeakMap<object, string>();

/**
 * A value as JSON, which nobody changes any more; written once for all who are told it: a job's
 * input may have a hundred thousand characters, and the last ten minutes are 600 snapshots.
 */
export function jsonOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}
