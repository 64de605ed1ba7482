import { onTestFinished } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { measureKept } from "../../src/queue/kept.ts";
import { readMemory } from "../../src/queue/memory.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { forkSources } from "../support/fork.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { fault } from "./fault.ts";

const maxmemory = 64 * 1024 * 1024;
const kilobytes = 60;

fault<{ readonly jobs: number }>(
  {
    id: "F22",
    name: "results fill the memory of Redis",
    short: { jobs: 600, timeoutMs: 120_000 },
    full: { jobs: 6_000, timeoutMs: 300_000 },
  },
  async ({ jobs }, measure) => {
    const sources = forkSources(new URL("../support/large-tasks/", import.meta.url));
    const redis = await ownRedis({ settings: { maxmemory: String(maxmemory) } });
    const producer = await spawnProducer(redis.url, {}, sources);
    await spawnWorker(redis.url, {}, sources);
    const client = openRedis({ url: redis.url, password: undefined }, "background");
    onTestFinished(() => client.disconnect());
    const queue = createQueue(client);

    const post = (task: string, input: object) =>
      postJson(`${producer.url}/api/v1/jobs`, { task, input });
    const failed = await readBody(await post("quotient", { x: 1, y: 0, delayMs: 0 }));
    await untilFinal(producer.url, failed.id);

    const refusals: string[] = [];
    const ids: string[] = [];
    let [mostUsed, mostEvents] = [0, 0];
    // Fewer jobs at once than the worker has slots: none waits, so only results fill the memory.
    const clients = Array.from({ length: 4 }, async () => {
      while (ids.length + refusals.length < jobs) {
        const response = await post("filler", { kilobytes });
        const { id, kind } = await readBody(response);
        if (response.status !== 202) {
          refusals.push(kind);
          continue;
        }
        ids.push(id);
        await untilFinal(producer.url, id);
        mostUsed = Math.max(mostUsed, (await readMemory(client)).used);
        mostEvents = Math.max(mostEvents, (await measureKept(queue, client)).events.bytes);
      }
    });
    await Promise.all(clients);
    measure.exactly(`refused of ${jobs} jobs with results of ${kilobytes} KB`, 0, refusals.length);
    measure.atMost("% of the memory in use", 70, (mostUsed / maxmemory) * 100);
    measure.atMost("% of the memory in events", 20, (mostEvents / maxmemory) * 100);

    const status = async (id: string | undefined) =>
      (await fetch(`${producer.url}/api/v1/jobs/${id}`)).status;
    measure.exactly("the oldest success: its status", 404, await status(ids[0]));
    measure.exactly("the newest success: its status", 200, await status(ids.at(-1)));
    measure.exactly("a failure that is older than all: its status", 200, await status(failed.id));
  },
);
