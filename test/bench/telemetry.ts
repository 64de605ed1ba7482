import { once } from "node:events";
import { createServer } from "node:http";
import { quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { drain } from "./drain.ts";
import type { Variant } from "./variants.ts";

const rounds = 7;

// What a worker's telemetry costs: each round drains the same queue with each variant in turn, and
// a variant's figure is the median of its ratios to the bare worker of the same round.
const names = ["metrics", "default-sampling", "all-sampled"] as const satisfies Variant[];
const redis = await startRedis();
const collector = createServer((request, response) => {
  request
    .resume()
    .on("end", () => response.setHeader("content-type", "application/json").end("{}"));
}).listen(0, "127.0.0.1");
await once(collector, "listening");
const address = collector.address();
const endpoint = typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "";

const ratios = new Map<Variant, number[]>(names.map((name) => [name, []]));
for (let round = 1; round <= rounds; round += 1) {
  const bare = await drain("bare", redis.url);
  for (const name of names) {
    ratios.get(name)?.push((await drain(name, redis.url, { otlpEndpoint: endpoint })) / bare);
  }
  process.stderr.write(`round ${round} of ${rounds}: bare ${Math.round(bare)} jobs/s\n`);
}
for (const name of names) {
  const [least, half, most] = [0, 0.5, 1].map((share) => quantile(ratios.get(name) ?? [], share));
  process.stdout.write(
    `${name.padEnd(17)} costs ${percent(half)} of throughput (${percent(most)} to ${percent(least)})\n`,
  );
}
collector.close();
await redis.remove();

function percent(ratio = Number.NaN): string {
  return `${((1 - ratio) * 100).toFixed(1)} %`;
}
