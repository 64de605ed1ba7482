/** The earliest start of a job that is not to run at once, as who submits it has said it. */
export type StartTime =
  | { readonly runAt: number; readonly delayMs?: undefined }
  | { readonly delayMs: number; readonly runAt?: undefined };

const dayMs = 86_400_000;
/** A job that waits for so long is more likely a mistake than a plan, and takes memory all that time. */
export const longestDelayDays = 365;
export const longestDelayMs = longestDelayDays * dayMs;
