import { once } from "node:events";
import { Agent, get } from "node:http";
import type { Queue } from "bullmq";
import { expect, onTestFinished, test, vi } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { submitDivision } from "../support/client.ts";
import { startProducer, type TestProducer } from "../support/producer.ts";
import { holdStream } from "../support/held-stream.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { addMany } from "../faults/bulk.ts";

// Hundreds of connections take their time where other tests use the same processors.
vi.setConfig({ testTimeout: 300_000 });

const waiting = 10_500;
const watched = 500;
/** As many as a client may have. */
const streamsPerClient = 20;
const readsPerConnection = 100;
const rounds = 20;
/** As far as a place is looked up, and more than any page shows. */
const mostLookedAt = 500;

test("who reads waiting jobs as fast as they can, beside 500 who watch theirs, costs Redis a read of a job a second", async () => {
  const { url, queue, observe } = await startCrowded();
  const own = await Promise.all([1, 2].map((y) => submitAs(url, "203.0.113.1", y)));
  const others = await addWatched(queue);
  const watch = (id: string, client: number) =>
    // Where processors are busy, a read may wait for too long, and be answered 503 for this once.
    until("a stream", async () => {
      const stream = await holdStream(
        `${url}${paths.api}/${id}/events`,
        forwardedFor(`198.51.100.${client}`),
      );
      // A refusal that nobody reads would keep its connection.
      if (!stream.ok) await stream.body?.cancel();
      return stream.status === 200;
    });
  for (let client = 0; client * streamsPerClient < watched; client += 1) {
    const from = client * streamsPerClient;
    const ids = others.slice(from, from + streamsPerClient);
    await Promise.all(ids.map((id) => watch(id, client)));
  }

  stopClock();
  const commands = observe();
  const startedAt = Date.now();
  const over = new AbortController();
  const attack = Promise.all(own.map(({ id }) => readAsFastAsPossible(url, id))).finally(() =>
    over.abort(),
  );
  const submitted: string[] = [];
  for (
    let client = 1;
    !over.signal.aborted || submitted.length === 0;
    client = (client % 250) + 1
  ) {
    submitted.push((await submitAs(url, `192.0.2.${client}`, 1)).status);
  }
  const answers = (await attack).flat();
  const seconds = Math.ceil((Date.now() - startedAt) / 1_000);

  expect([answers.length, new Set(answers)]).toEqual([2 * readsPerConnection, new Set([200])]);
  expect(new Set(submitted)).toEqual(new Set(["waiting"]));
  const readsOfAll = (ids: readonly string[]) =>
    Math.max(...ids.map((id) => readsOf(commands(), queue, id)));
  // One, and one more if its event came late.
  expect(readsOfAll(own.map(({ id }) => id))).toBeLessThanOrEqual(2);
  expect(readsOfAll(others)).toBeLessThanOrEqual(seconds + 1);
  expect(findLongLooks(commands(), queue)).toEqual([]);
});

test("what anybody may read costs Redis the same, however long the queue is and however often it is read", async () => {
  const { url, queue, observe } = await startCrowded();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const self = `${paths.api}/${id}`;
  const reading = [
    self,
    `${self}/events`,
    `${paths.jobs}/${id}`,
    paths.form,
    `${paths.tasks}/quotient`,
    paths.overview,
    paths.overviewState,
    paths.readiness,
  ];
  stopClock();
  const commands = observe();
  const startedAt = Date.now();
  for (let round = 0; round < rounds; round += 1) {
    for (const path of reading) {
      const response = await fetch(`${url}${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      await response.body?.cancel();
    }
  }
  const probes = Array.from({ length: 100 }, () => fetch(`${url}${paths.readiness}`));
  expect((await Promise.all(probes)).every(({ ok }) => ok)).toBe(true);
  const seconds = Math.ceil((Date.now() - startedAt) / 1_000);
  const seen = commands();
  expect(findLongLooks(seen, queue)).toEqual([]);
  // Once, and once more if the event of the submission came late.
  expect(countLists(seen, queue)).toBeLessThanOrEqual(2);
  // As often, and as often as a stream was open at one of its ticks.
  expect(readsOf(seen, queue, id)).toBeLessThanOrEqual(2 + 2 + seconds);
  // Once for readiness, and twice a second by the janitor.
  const measured = seen.filter(([name, part]) => name === "info" && part === "memory");
  expect(measured.length).toBeLessThanOrEqual(1 + 2 * seconds + 1);
});

test("whoever sends a key again and again costs Redis the same, however long the queue is", async () => {
  const { url, queue, observe } = await startCrowded();
  const headers = { "idempotency-key": "once" };
  const { id } = await submitDivision(url, { x: 1, y: 1 }, headers);
  const commands = observe();
  for (let round = 0; round < rounds; round += 1) {
    expect(await submitDivision(url, { x: 1, y: 1 }, headers)).toMatchObject({
      id,
      status: "waiting",
    });
  }
  const seen = commands();
  expect(findLongLooks(seen, queue)).toEqual([]);
  // Once to see that it is older, and once to tell of it; and once if its event came late.
  expect(readsOf(seen, queue, id)).toBeLessThanOrEqual(2 * rounds + 1);
});

interface Crowded extends TestProducer {
  /** Begins to note every command that Redis runs, those of scripts included; returns what was noted. */
  readonly observe: () => () => readonly Command[];
}

/** A producer in front of more jobs than are looked through, and without a worker. */
async function startCrowded(): Promise<Crowded> {
  const server = await ownRedis();
  const observe = await openMonitor(server.url);
  const producer = await startProducer({ redisUrl: server.url, limits: { trustProxy: true } });
  await addMany(producer.queue, producer.redis, waiting);
  return { ...producer, observe };
}

/** What is remembered stays so, however long the machine takes: reads can be counted. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Jobs that wait behind all of those. */
async function addWatched(queue: Queue): Promise<string[]> {
  const jobs = await queue.addBulk(
    Array.from({ length: watched }, () => ({
      name: "quotient",
      data: { x: 1, y: 1, delayMs: 0 },
      opts: { jobId: createRandomId() },
    })),
  );
  return jobs.map(({ id }) => id ?? "");
}

function forwardedFor(address: string): Record<string, string> {
  return { "x-forwarded-for": address };
}

function submitAs(url: string, address: string, y: number) {
  return submitDivision(url, { x: 1, y }, forwardedFor(address));
}

/** The statuses that one connection is answered, each as soon as the one before. */
async function readAsFastAsPossible(url: string, id: string): Promise<(number | undefined)[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const statuses: (number | undefined)[] = [];
  while (statuses.length < readsPerConnection) {
    const [response] = await once(get(`${url}${paths.api}/${id}`, { agent }), "response");
    response.resume();
    await once(response, "end");
    statuses.push(response.statusCode);
  }
  return statuses;
}

type Command = readonly [name: string, ...args: string[]];

/** To be opened before others ask: ioredis takes a command that comes with MONITOR's answer for an answer. */
async function openMonitor(url: string): Promise<Crowded["observe"]> {
  const redis = openRedis({ url, password: undefined }, "background");
  onTestFinished(() => redis.disconnect());
  const monitor = await redis.monitor();
  onTestFinished(() => monitor.disconnect());
  let seen: Command[] | undefined;
  monitor.on("monitor", (_time: string, [name = "", ...args]: string[]) => {
    seen?.push([name.toLowerCase(), ...args]);
  });
  return () => {
    const noted: Command[] = [];
    seen = noted;
    return () => noted;
  };
}

function readsOf(seen: readonly Command[], queue: Queue, id: string): number {
  return seen.filter(([name, key]) => name === "hgetall" && key === queue.toKey(id)).length;
}

/** How often the list of the latest jobs was read. */
function countLists(seen: readonly Command[], queue: Queue): number {
  return seen.filter(([name, key]) => name === "lrange" && key === queue.toKey("active")).length;
}

/** Commands that go through more of the waiting jobs than may be. */
function findLongLooks(seen: readonly Command[], queue: Queue): Command[] {
  return seen.filter(([name, key, ...args]) => {
    if (key !== queue.toKey("wait")) return false;
    const words = args.map((arg) => arg.toLowerCase());
    if (name === "lpos") {
      const limit = words.indexOf("maxlen");
      return limit === -1 || Number(words[limit + 1]) > mostLookedAt;
    }
    if (name !== "lrange") return false;
    const [start = 0, end = 0] = args.map(Number);
    return start < 0 !== end < 0 || end - start >= mostLookedAt;
  });
}
