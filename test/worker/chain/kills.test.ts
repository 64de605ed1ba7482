import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, inject, onTestFinished, test } from "vitest";
import { queues } from "../../../src/contract/queues.ts";
import { readSubmittingJob } from "../../../src/queue/ancestry.ts";
import { openRedis } from "../../../src/queue/connection.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { createQueue } from "../../../src/queue/queue.ts";
import { createFamily, family, listCounted, readEnd } from "../../support/chain.ts";
import { programEnvironment } from "../../support/program-environment.ts";
import { asService } from "../../support/redis.ts";
import { until } from "../../support/until.ts";
import { startWorker } from "../../support/worker.ts";

const main = fileURLToPath(new URL("./victim-main.ts", import.meta.url));

const moments = ["before Redis has it", "before its answer is there"] as const;
const pieces = Array.from({ length: 10 }, (_, i) => 1 + 2 * i);

interface KillPoint {
  /** Of what the worker sends from its first note on: some three for each job that is submitted. */
  readonly piece: number;
  readonly moment: (typeof moments)[number];
}

/** A way to Redis on which a worker is killed at that point; resolves once it was. */
async function openDeadlyWay(redisUrl: string, { piece, moment }: KillPoint, kill: () => void) {
  const { hostname, port } = new URL(redisUrl);
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const end = () => {
    kill();
    resolve();
  };
  let seen = 0;
  const proxy = createServer((worker) => {
    const redis = connect(Number(port), hostname);
    let submits = false;
    let dying = false;
    for (const [one, other] of [
      [worker, redis],
      [redis, worker],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
    worker.on("data", (sent) => {
      if (dying) return;
      submits ||= sent.includes("child:");
      if (submits) seen += 1;
      dying = submits && seen === piece;
      if (dying && moment === "before Redis has it") end();
      else redis.write(sent);
    });
    redis.on("data", (answer) => {
      if (dying) end();
      else worker.write(answer);
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  const address = proxy.address();
  const url = new URL(redisUrl);
  if (typeof address === "object") url.host = `127.0.0.1:${address?.port}`;
  return { url: url.href, killed };
}

/** A worker of that queue, on a way that is deadly for it. */
async function spawnVictim(queue: string, point: KillPoint) {
  let worker: ChildProcess | undefined;
  const kill = () => void worker?.kill("SIGKILL");
  const way = await openDeadlyWay(asService("worker", inject("redisUrl")), point, kill);
  onTestFinished(kill);
  worker = spawn(process.execPath, [main], {
    env: { ...programEnvironment, QUEUE: queue, REDIS_URL: way.url, WORKER_LOCK_MS: "1000" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await Promise.all([way.killed, once(worker, "exit")]);
}

const compare = (a = "", b = "") => (a < b ? -1 : 1);

test.each(moments)(
  "a job whose worker is killed at each of ten writes, %s, submits each of its jobs once",
  async (moment) => {
    const redis = openRedis({ url: inject("redisUrl"), password: undefined }, "background");
    onTestFinished(() => redis.disconnect());
    const victims = await Promise.all(
      pieces.map(async (piece) => {
        const point = { piece, moment };
        const queue = createQueue(redis, `test-${randomUUID()}`);
        const { id = "" } = await queue.add("submitter", {}, { jobId: createRandomId() });
        await spawnVictim(queue.name, point);
        return { queue, id, point };
      }),
    );
    const [first = "", ...further] = victims.map(({ queue }) => queue.name);
    await startWorker(first, {
      tasks: createFamily(),
      config: { lockMs: 1_000, stalledCheckMs: 500 },
      further: Object.fromEntries(further.map((name) => [name, queues.default])),
    });
    for (const { queue, id, point } of victims) {
      const ended = await until("the job to end", () => readEnd(queue, id));
      // A worker of several queues has its tasks in the first: they have moved since the kill.
      const found = await Promise.all(victims.map(async (one) => listCounted(one.queue)));
      const jobs = found.flat().filter(({ opts }) => readSubmittingJob(opts) === id);
      const numbers = jobs.map(({ data }) => data.n).toSorted((a, b) => a - b);
      expect({ ...point, numbers, ids: ended.returnvalue?.value.toSorted(compare) }).toEqual({
        ...point,
        numbers: family,
        ids: jobs.map((job) => job.id).toSorted(compare),
      });
    }
  },
);
