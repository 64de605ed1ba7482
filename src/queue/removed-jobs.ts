/** What was removed to make room. */
export interface RemovedJobs {
  readonly count: number;
  /** Those of them that had ended within the last hour. */
  readonly young: number;
}

/** Whoever asks for a result, or tries again, does so within an hour: what goes sooner is missed. */
const youngMs = 3_600_000;

/** Unix time in ms: what ended after it is young. */
export function youngFrom(): number {
  return Date.now() - youngMs;
}
