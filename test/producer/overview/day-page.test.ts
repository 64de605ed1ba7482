import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { keepBucket, readBuckets } from "../../../src/queue/overview-buckets.ts";
import { createEnded, keepFiveMinutes } from "../../support/overview-day.ts";
import { startProducer } from "../../support/producer.ts";

test("tells a day that was kept before this producer started, hour by hour and for programs", async () => {
  const { url, queue, redis } = await startProducer();
  await keepFiveMinutes(queue, redis, 0, { ended: createEnded(1_200) });
  await keepFiveMinutes(queue, redis, 200, { ended: createEnded(34) });
  const page = await (await fetch(`${url}${paths.overviewDay}`)).text();
  expect(page).toMatch(/Succeeded in 24 hours<\/dt>\s*<dd>1,234<\/dd>/);
  expect(page).toMatch(/Failed in 24 hours<\/dt>\s*<dd>2<\/dd>/);
  expect(page.match(/data-label="Most waiting">4</g)).toHaveLength(2);
  const told: unknown = await (await fetch(`${url}${paths.overviewBuckets}`)).json();
  expect(told).toMatchObject([{ ended: { succeeded: 34 } }, { ended: { succeeded: 1_200 } }]);
});

test("says when the first numbers come while nothing is known", async () => {
  const { url } = await startProducer();
  const page = await (await fetch(`${url}${paths.overviewDay}`)).text();
  expect(page).toContain("the first five minutes are told once they are over");
  expect(page).not.toContain("data-plot");
});

test("either overview leads to the other", async () => {
  const { url } = await startProducer();
  const links = async (path: string) =>
    [...(await (await fetch(`${url}${path}`)).text()).matchAll(/href="(\/overview[^"]*)"/g)].map(
      ([, to]) => to,
    );
  expect(await links(paths.overview)).toContain(paths.overviewDay);
  expect(await links(paths.overviewDay)).toContain(paths.overview);
});

test("the first word on five minutes stays, and what is outside of the day goes", async () => {
  const { queue, redis } = await startProducer();
  const startMs = Date.now() - 3_600_000;
  await redis.hset(queue.toKey("overview"), startMs - 86_400_000, "old", "none", "damaged");
  await keepBucket(queue, redis, { startMs, text: "first" });
  await keepBucket(queue, redis, { startMs, text: "second" });
  expect(await readBuckets(queue, redis)).toEqual([{ startMs, text: "first" }]);
});

test("a producer whose clock is a day off takes nothing of the day away, and adds nothing to it", async () => {
  const { queue, redis } = await startProducer();
  const startMs = Date.now() - 3_600_000;
  await keepBucket(queue, redis, { startMs, text: "right" });
  for (const offMs of [86_400_000 + 7_200_000, -86_400_000]) {
    await keepBucket(queue, redis, { startMs: startMs + offMs, text: "wrong" });
  }
  expect(await readBuckets(queue, redis)).toEqual([{ startMs, text: "right" }]);
});
