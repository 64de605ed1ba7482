import type { Redis } from "ioredis";

/**
 * Sends what Redis is asked by this call and by what follows it without waiting in one piece: where
 * Redis syncs its file before it answers, it does so once for what arrives together, and again for
 * what comes a moment later. Not until the event loop turns: one submission would wait for others.
 */
export function writeTogether({ stream }: Redis): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}
