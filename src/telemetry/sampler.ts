import { type Link, TraceFlags } from "@opentelemetry/api";
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

/**
 * Samples a new trace by `asked` if a caller's trace that it links to is sampled, and by `own`
 * otherwise: who asks for ever so many takes none from those who do not.
 */
export function createLinkedSampler({ own, asked }: { own: Sampler; asked: Sampler }): Sampler {
  return {
    shouldSample: (...request) =>
      (request[5].some(isSampled) ? asked : own).shouldSample(...request),
    toString: () => `LinkedSampler{${own.toString()}, ${asked.toString()}}`,
  };
}

function isSampled({ context }: Link): boolean {
  return (context.traceFlags & TraceFlags.SAMPLED) !== 0;
}
