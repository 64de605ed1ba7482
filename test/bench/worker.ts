import { quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { drain } from "./drain.ts";

const rounds = 7;

// What our worker makes of BullMQ's throughput: each round drains the same queue with BullMQ's own
// worker, ours without telemetry and ours with metrics, and the median of the rounds' ratios counts.
const redis = await startRedis();
for (const concurrency of [10, 100]) {
  const ratios: Record<"bare" | "metrics", number[]> = { bare: [], metrics: [] };
  for (let round = 1; round <= rounds; round += 1) {
    const bullmq = await drain("bullmq", redis.url, { concurrency });
    for (const name of ["bare", "metrics"] as const) {
      ratios[name].push((await drain(name, redis.url, { concurrency })) / bullmq);
    }
    process.stderr.write(`round ${round} of ${rounds}: BullMQ ${Math.round(bullmq)} jobs/s\n`);
  }
  process.stdout.write(
    `${concurrency} at once: ${tell(ratios.bare)} of BullMQ's throughput, with metrics ${tell(ratios.metrics)}\n`,
  );
}
await redis.remove();

function tell(ratios: readonly number[]): string {
  const [least, half, most] = [0, 0.5, 1].map((share) => quantile(ratios, share).toFixed(2));
  return `${half} (${least} to ${most})`;
}
