import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { hostname } from "node:os";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { queues } from "../../src/contract/queues.ts";
import { reportEverySeconds } from "../../src/contract/workers.ts";
import { createRandomId } from "../../src/queue/job-id.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { workersKey } from "../../src/queue/worker-keys.ts";
import { type KnownWorker, readWorkers } from "../../src/queue/workers.ts";
import { spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const long = { x: 1, y: 1, delayMs: 60_000 };

async function openHome(name = `test-${randomUUID()}`) {
  const server = await ownRedis();
  const redis = new Redis(server.url);
  redis.on("error", () => undefined);
  onTestFinished(() => redis.disconnect());
  const home = createQueue(redis, name);
  const untilWorker = (what: string, matches: (worker: KnownWorker) => boolean) =>
    until(what, async () => (await readWorkers(home, redis)).find(matches));
  return { server, redis, home, name, untilWorker, read: () => readWorkers(home, redis) };
}

/** How many jobs it runs of each of its queues. */
function countRunning({ report }: KnownWorker): number[] {
  return (report?.queues ?? []).map(({ running }) => running);
}

function quotientOf(id: string) {
  return { id, task: "quotient", attempt: 1, ranMs: expect.any(Number) };
}

test("a worker reports of each of its queues what runs in its slots, and since when", async () => {
  const { server, redis, home, name, untilWorker, read } = await openHome();
  const further = `test-${randomUUID()}`;
  const spec = { ...queues.default, slots: 3 };
  const [first, second, other] = [createRandomId(), createRandomId(), createRandomId()];
  await startWorker(name, { redisUrl: server.url, spec, further: { [further]: queues.default } });
  await home.add("quotient", long, { jobId: first });
  await until("the first to run", async () => (await home.getActiveCount()) === 1);
  await home.add("quotient", long, { jobId: second });
  await createQueue(redis, further).add("quotient", long, { jobId: other });
  const { id, state, report } = await untilWorker(
    "all to run",
    (worker) => countRunning(worker).join() === "2,1",
  );
  expect(state).toBe("working");
  expect(report).toMatchObject({
    host: hostname(),
    pid: process.pid,
    release: "unknown",
    phase: "taking",
    queues: [
      { name, slots: 3, running: 2, jobs: [quotientOf(first), quotientOf(second)] },
      { name: further, slots: 10, running: 1, jobs: [quotientOf(other)] },
    ],
  });
  expect(report?.rssBytes).toBeGreaterThan(20_000_000);
  expect((await home.getJob(first))?.processedBy).toBe(id);
  expect(await read()).toHaveLength(1);
});

test("a worker that is killed vanishes, with what it ran", async () => {
  const { server, home, untilWorker } = await openHome("default");
  const worker = await spawnWorker(server.url);
  const jobId = createRandomId();
  await home.add("quotient", long, { jobId });
  const { id } = await untilWorker("the worker to work", ({ state }) => state === "working");
  await worker.stop("SIGKILL");
  const { report } = await untilWorker("it to vanish", ({ state }) => state === "vanished");
  expect(report).toMatchObject({
    pid: worker.child.pid,
    queues: [
      { name: "default", jobs: [{ id: jobId }] },
      { name: "slow", jobs: [] },
    ],
  });
  await spawnWorker(server.url);
  const another = await untilWorker("another one", ({ state }) => state !== "vanished");
  expect(another.id).not.toBe(id);
});

test("a worker that is stopped says so while its jobs end, and is forgotten then", async () => {
  const { server, home, untilWorker, read } = await openHome("default");
  const worker = await spawnWorker(server.url, { WORKER_DRAIN_MS: "15000" });
  await home.add("quotient", long, { jobId: createRandomId() });
  await untilWorker("the worker to work", ({ state }) => state === "working");
  const stopped = worker.stop("SIGTERM");
  await untilWorker("the worker to stop", ({ state }) => state === "stopping");
  expect(await stopped).toBe(0);
  expect(await read()).toEqual([]);
});

test("a worker is known again once Redis is back, also to one that has lost its data", async () => {
  const { server, redis, name, untilWorker } = await openHome();
  await startWorker(name, { redisUrl: server.url });
  const { id, seenAt } = await untilWorker("the worker", () => true);
  await server.signal("SIGKILL");
  await server.start();
  await untilWorker("a later word of it", (worker) => worker.id === id && worker.seenAt > seenAt);
  await redis.flushall();
  const later = await untilWorker("word of it after all was lost", (worker) => worker.id === id);
  expect(later.seenAt).toBeGreaterThan(seenAt);
});

test("what a worker reports costs Redis one command every few seconds", async () => {
  const { server, home, name, untilWorker } = await openHome();
  await startWorker(name, { redisUrl: server.url });
  await untilWorker("the worker", () => true);
  const commands: { readonly name: string; readonly at: number }[] = [];
  for await (const line of watchCommands(server.url)) {
    const [, at, source, command] = /^\+(\S+) \[\d+ (\S+)\] "(\w+)"/.exec(line) ?? [];
    if (source === "lua" || !line.includes(workersKey(home))) continue;
    if (commands.push({ name: command ?? "", at: Number(at) }) === 4) break;
  }
  expect(commands.map((command) => command.name)).toEqual(commands.map(() => "eval"));
  const took = (commands.at(-1)?.at ?? 0) - (commands[0]?.at ?? 0);
  // Where the processors are busy, one may be late, and the next one not.
  expect(took).toBeGreaterThan((commands.length - 1.5) * reportEverySeconds);
});

/** Every command that a Redis is sent, a line each: ioredis' own monitor loses its place on a busy one. */
async function* watchCommands(url: string): AsyncGenerator<string> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  socket.write("MONITOR\r\n");
  yield* createInterface(socket);
}
