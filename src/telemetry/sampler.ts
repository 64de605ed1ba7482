import type { Sampler } from "@opentelemetry/sdk-trace";

// The enum's values; the SDK itself is loaded only where something is traced.
const drop = 0;
const keep = 2;

/**
 * Keeps up to `perSecond` new traces a second and drops the rest: a quiet queue is traced whole,
 * and a busy one pays no more for it than that.
 */
export function createRateSampler(perSecond: number, now = () => performance.now()): Sampler {
  let tokens = perSecond;
  let filledAt = now();
  return {
    shouldSample() {
      const at = now();
      tokens = Math.min(perSecond, tokens + ((at - filledAt) / 1_000) * perSecond);
      filledAt = at;
      if (tokens < 1) return { decision: drop };
      tokens -= 1;
      return { decision: keep };
    },
    toString: () => `RateSampler{${perSecond}/s}`,
  };
}
