/** How long a soak is and how rough, all in seconds. */
interface SoakSize {
  readonly seconds: number;
  readonly workerKillEvery: number;
  readonly redisKillEvery: number;
  /** Jobs a second; without it, half of what is first measured as the most. */
  readonly perSecond: number | undefined;
  readonly worker: Readonly<Record<string, string>>;
}

const full: SoakSize = {
  seconds: 1_800,
  workerKillEvery: 30,
  redisKillEvery: 300,
  perSecond: undefined,
  worker: {},
};

/** Some seconds of it in `npm test`, which show that it works. */
const short: SoakSize = {
  seconds: 10,
  workerKillEvery: 3,
  redisKillEvery: 5,
  perSecond: 50,
  worker: { WORKER_LOCK_MS: "2000", WORKER_STALLED_CHECK_MS: "500" },
};

export const size = process.env["SOAK"] === "full" ? full : short;
