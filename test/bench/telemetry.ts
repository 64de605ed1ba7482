import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { startRedis } from "../support/redis.ts";
import { type Variant, variants } from "./variants.ts";

const rounds = 7;

// What a worker's telemetry costs: each round drains the same queue with each variant in turn, and
// a variant's figure is the median of its ratios to the bare worker of the same round.
const names = Object.keys(variants) as Variant[];
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
  const bare = await drain("bare");
  for (const name of names.filter((other) => other !== "bare")) {
    ratios.get(name)?.push((await drain(name)) / bare);
  }
  process.stderr.write(`round ${round} of ${rounds}: bare ${Math.round(bare)} jobs/s\n`);
}
for (const name of names.filter((other) => other !== "bare")) {
  const sorted = (ratios.get(name) ?? []).toSorted((a, b) => a - b);
  const [least, median, most] = [sorted[0], sorted[Math.floor(rounds / 2)], sorted.at(-1)];
  process.stdout.write(
    `${name.padEnd(17)} costs ${percent(median)} of throughput (${percent(most)} to ${percent(least)})\n`,
  );
}
collector.close();
await redis.remove();

function percent(ratio = Number.NaN): string {
  return `${((1 - ratio) * 100).toFixed(1)} %`;
}

/** Jobs per second of one fresh worker process. */
async function drain(variant: Variant): Promise<number> {
  const script = new URL("./drain-run.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    variant,
    redis.url,
    endpoint,
  ]);
  const { jobsPerSecond }: { jobsPerSecond: number } = JSON.parse(stdout);
  return jobsPerSecond;
}
