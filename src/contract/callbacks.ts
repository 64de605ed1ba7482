/** Callbacks: requests that tell a submitter's server that a job has ended. */

/** What became of a try: another follows after `failed` alone. */
export const callbackOutcomes = ["delivered", "failed", "refused", "given_up", "gone"] as const;
export type CallbackOutcome = (typeof callbackOutcomes)[number];

export const callbackLimits = {
  /** Of the address, as UTF-8. */
  urlBytes: 2_048,
  /** Of a request, from the resolution of its host to the answer's headers. */
  timeLimitMs: 10_000,
  /** Of an answer's body, which nobody looks at. */
  answerBytes: 8_192,
  /** Above it, a body comes without input, result and history. */
  bodyBytes: 131_072,
  /** Requests of one producer at once, and those of them to one host; of one client no more than are then free. */
  atOnce: 32,
  atOnceOfHost: 4,
  /** Of those that a producer has in hand, how many wait for others to end, and of them for one host, and for how long; of one client as above. */
  waiting: 256,
  waitingForHost: 64,
  waitMs: 10_000,
  /** Until another look at one that has found no turn: it grows with the age of the job's end. */
  leastLaterMs: 500,
  mostLaterMs: 60_000,
  /** Of one queue, jobs whose callback has failed and is to be tried again; of one client no more than are then free. */
  mostLate: 5_000,
  /** Of the reason why a try failed, in characters. */
  reasonLength: 200,
} as const;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Waits after each failed try, in ms, of which a part is left to chance: some 24 hours in all, then it is given up. */
export const callbackWaitsMs = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
  8 * hourMs,
] as const;

/** The part of each wait that is left to chance. */
export const callbackJitter = 0.2;
