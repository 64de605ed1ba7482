import { priorities } from "../../src/contract/job-policy.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { readPlace } from "../../src/queue/place.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { quantile } from "../support/quantiles.ts";
import { startRedis } from "../support/redis.ts";
import { drain } from "./drain.ts";

const rounds = 7;
const waiting = 100_000;
const reads = 1_000;

// What a priority other than "high" costs: each round drains the same queue with jobs of either kind,
// and the median of the rounds' ratios counts. And how long it takes to tell a job's place in line.
const server = await startRedis();
const ratios: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const plain = await drain("bare", server.url);
  ratios.push((await drain("prioritized", server.url)) / plain);
  process.stderr.write(`round ${round} of ${rounds}: "high" ${Math.round(plain)} jobs/s\n`);
}
const [least, median, most] = [0, 0.5, 1].map((share) => quantile(ratios, share).toFixed(2));
process.stdout.write(`"low" has ${median} of the throughput of "high" (${least} to ${most})\n`);

const redis = openRedis({ url: server.url, password: undefined }, "background");
for (const priority of ["high", "low"] as const) {
  const queue = createQueue(redis, `bench-${priority}`);
  const ids = Array.from({ length: waiting }, createRandomId);
  for (let start = 0; start < waiting; start += 1_000) {
    const opts = { priority: priorities[priority] };
    const batch = ids.slice(start, start + 1_000);
    await queue.addBulk(
      batch.map((jobId) => ({ name: "nothing", data: {}, opts: { jobId, ...opts } })),
    );
  }
  const times: number[] = [];
  for (let read = 0; read < reads; read += 1) {
    const id = ids[Math.floor((read / reads) * waiting)] ?? "";
    const startedAt = performance.now();
    await readPlace(queue, redis, id);
    times.push(performance.now() - startedAt);
  }
  const [half, nearlyAll] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(2));
  process.stdout.write(
    `place of a "${priority}" job among ${waiting}: p50 ${half} ms, p99 ${nearlyAll} ms\n`,
  );
}
redis.disconnect();
await server.remove();
