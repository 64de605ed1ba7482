import { expect, onTestFinished, test } from "vitest";
import type { OverviewSnapshot } from "../../../src/producer/overview/snapshot.ts";
import { readBody, submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { startRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

test("sends ten minutes at once and then what comes", async () => {
  const { url } = await startProducer();
  const { snapshots } = await watch(url);
  await until("the past", () => snapshots.length >= 120);
  await until("the present", () => snapshots.length >= 122);
  const times = snapshots.map(({ at }) => Date.parse(at));
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  expect(Date.now() - (times[0] ?? 0)).toBeGreaterThan(590_000);
  expect(snapshots.slice(-2).map(({ queue }) => queue)).toEqual(
    Array.from({ length: 2 }, () => ({
      waiting: 0,
      working: 0,
      workers: 0,
      paused: false,
      oldest_waiting_seconds: 0,
      clock_skew_seconds: expect.any(Number),
      blocked_by: [],
    })),
  );
});

test("follows jobs from waiting to their outcome", async () => {
  const { url, queue, name } = await startProducer();
  const { snapshots } = await watch(url);
  await queue.pause();
  const jobs = [
    await submitDivision(url, { x: 1, y: 2 }),
    await submitDivision(url, { x: 1, y: 0 }),
  ];
  const waiting = await untilSnapshot(snapshots, ({ queue: state }) => state?.waiting === 2);
  expect(waiting.queue).toMatchObject({ paused: true, workers: 0, working: 0 });
  await until("an age", () => (snapshots.at(-1)?.queue?.oldest_waiting_seconds ?? 0) > 1);

  await startWorker(name);
  await queue.resume();
  await Promise.all(jobs.map(({ id }) => untilFinal(url, id)));
  // The two may end in two seconds, of which a snapshot can tell the first alone.
  const ended = await untilSnapshot(
    snapshots,
    ({ last_minute: minute }) => minute !== null && minute.succeeded + minute.failed === 2,
  );
  expect(ended).toMatchObject({
    queue: {
      waiting: 0,
      working: 0,
      workers: 1,
      paused: false,
      oldest_waiting_seconds: 0,
      clock_skew_seconds: expect.any(Number),
      blocked_by: [],
    },
    last_minute: { succeeded: 1, failed: 1, failures: { division_by_zero: 1 } },
  });
  expect(ended.last_minute?.wait_seconds?.p50).toBeGreaterThan(1);
});

test("sends to who comes back only what is newer than the last event", async () => {
  const { url } = await startProducer();
  const first = await watch(url);
  const last = await untilSnapshot(first.snapshots, ({ queue }) => queue !== null);
  const second = await watch(url, { "last-event-id": last.at });
  await until("an event", () => second.snapshots.length > 0);
  expect(second.snapshots.length).toBeLessThan(10);
  expect(second.snapshots.filter(({ at }) => at <= last.at)).toEqual([]);
});

test("answers a plain request with the same, or with what is newer than a snapshot", async () => {
  const { url } = await startProducer();
  const read = async (query = ""): Promise<OverviewSnapshot[]> =>
    readBody(await fetch(`${url}/api/v1/overview${query}`));
  const past = await read();
  expect(past.length).toBeGreaterThanOrEqual(120);
  const last = past.at(-1)?.at ?? "";
  expect(Date.now() - Date.parse(past[0]?.at ?? "")).toBeGreaterThan(590_000);
  const newer = await until("what is newer", async () => {
    const found = await read(`?after=${last}`);
    return found.length > 0 && found;
  });
  expect(newer.length).toBeLessThan(10);
  expect(newer.filter(({ at }) => at <= last)).toEqual([]);
  const future = new Date(Date.now() + 3_600_000).toISOString();
  for (const nobodys of ["never", future]) {
    expect((await read(`?after=${nobodys}`)).length).toBeGreaterThan(past.length);
  }
});

test("sends a gap while Redis is away, and goes on by itself", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const { url } = await startProducer({ redisUrl: redis.url });
  const { snapshots } = await watch(url);
  await untilSnapshot(snapshots, ({ queue }) => queue !== null);

  await redis.signal("SIGKILL");
  const gap = await untilSnapshot(
    snapshots,
    ({ queue, last_minute: minute }) => queue === null && minute === null,
  );
  const page = await (await fetch(`${url}/overview`)).text();
  expect(page).toContain("The queue cannot be read now.");
  expect(page).not.toMatch(/<dd data-reading[^>]*>\d/);

  await redis.start();
  const back = await untilSnapshot(snapshots, ({ at, queue }) => at > gap.at && queue !== null);
  expect(back.last_minute).toMatchObject({ succeeded: 0, failed: 0 });
});

test("ends the streams of a producer that stops", async () => {
  const { url, close } = await startProducer();
  const { ended } = await watch(url);
  await close();
  expect(await ended).toBeUndefined();
});

/** What the events say, as it comes; the connection goes with the test. */
async function watch(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const response = await fetch(`${url}/api/v1/overview/events`, { headers, signal: stop.signal });
  const snapshots: OverviewSnapshot[] = [];
  const read = async () => {
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) snapshots.push(...(JSON.parse(data) as OverviewSnapshot[]));
      }
    }
  };
  const ended = read();
  ended.catch(() => undefined);
  return { snapshots, ended };
}

async function untilSnapshot(
  snapshots: readonly OverviewSnapshot[],
  fits: (snapshot: OverviewSnapshot) => boolean,
) {
  return until("a snapshot", () => snapshots.findLast(fits));
}
