import type { ParameterizedContext } from "koa";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { clientOf } from "../../service/client-address.ts";
import { RequestError } from "./errors.ts";

const minute = 60;

export interface RateLimit {
  /**
   * Counts one event of this client, and returns how many it has had within the minute; throws a 429
   * `RequestError` with Retry-After when it is one too many.
   */
  count(ctx: ParameterizedContext, message: string): Promise<number>;
  /** Takes back one event that was counted. */
  forgive(ctx: ParameterizedContext): Promise<void>;
  /** Throws the same if the next event would be one too many. */
  check(ctx: ParameterizedContext, message: string): Promise<void>;
}

/** Counts in this process alone, so that it works while Redis does not. */
export function createRateLimit(perMinute: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: minute });
  return {
    async count(ctx, message) {
      try {
        return (await limiter.consume(clientOf(ctx.ip))).consumedPoints;
      } catch (error) {
        throw error instanceof RateLimiterRes ? refuse(error.msBeforeNext, message) : error;
      }
    },
    async forgive(ctx) {
      await limiter.reward(clientOf(ctx.ip));
    },
    async check(ctx, message) {
      const counted = await limiter.get(clientOf(ctx.ip));
      if (counted !== null && counted.consumedPoints >= perMinute) {
        throw refuse(counted.msBeforeNext, message);
      }
    },
  };
}

function refuse(msBeforeNext: number, message: string): RequestError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new RequestError(429, message, { retryAfterSeconds });
}
