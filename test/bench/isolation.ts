import { median } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { drain } from "./drain.ts";

const rounds = 5;

// What it costs to isolate a task that does nothing: jobs per second in the worker and in child
// processes, in turn; the median of the rounds' ratios counts.
const redis = await startRedis();
const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const [inline, isolated] = [await drain("bare", redis.url), await drain("isolated", redis.url)];
  ratios.push(inline / isolated);
  process.stdout.write(
    `round ${round} of ${rounds}: ${Math.round(inline)} jobs/s in the worker, ${Math.round(isolated)} isolated\n`,
  );
}
process.stdout.write(`isolated tasks are ${median(ratios).toFixed(1)} times slower\n`);
await redis.remove();
