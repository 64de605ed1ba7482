import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again, after pauses of `pauseMs`, until the answer is neither undefined nor false, and returns it.
 * Throws after `ms` milliseconds, naming what was waited for and the last error.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  ms = 80_000,
  pauseMs = 20,
): Promise<T> {
  const deadline = performance.now() + ms;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(pauseMs);
  }
  throw new Error(`waited ${ms} ms in vain for ${what}`, { cause: last });
}
