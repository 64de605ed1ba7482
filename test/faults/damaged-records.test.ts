import { onTestFinished } from "vitest";
import { paths } from "../../src/contract/paths.ts";
import { openRedis } from "../../src/queue/connection.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { postJson, readBody } from "../support/client.ts";
import { spawnProducer, spawnWorker } from "../support/processes.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { fault } from "./fault.ts";

fault(
  {
    id: "F24",
    name: "the records of waiting jobs are damaged",
    short: { each: 10, timeoutMs: 60_000 },
    full: { each: 250, timeoutMs: 120_000 },
  },
  async ({ each }, measure) => {
    const redis = await ownRedis();
    const producer = await spawnProducer(redis.url);
    const client = openRedis({ url: redis.url, password: undefined }, "background");
    onTestFinished(() => client.disconnect());
    const queue = createQueue(client);
    const toKey = (id: string) => queue.toKey(id);
    const send = async (key: string) => {
      const body = { task: "quotient", input: { x: 6, y: 2, delayMs: 0 } };
      const headers = { "idempotency-key": key };
      return readBody(await postJson(`${producer.url}${paths.api}`, body, headers));
    };
    const damages: Record<string, (id: string) => Promise<unknown>> = {
      none: async () => undefined,
      "no hash": (id) => client.del(toKey(id)),
      "no input": (id) => client.hset(toKey(id), { data: "null" }),
      "no options": (id) => client.hset(toKey(id), { opts: "{" }),
      "no time": (id) => client.hset(toKey(id), { timestamp: "x" }),
      "no place": (id) => client.lrem(toKey("wait"), 0, id),
    };
    const kinds = Object.entries(damages);
    const jobs = new Map<string, string>();
    for (let i = 0; i < each * kinds.length; i += 1) {
      const [kind, damage] = kinds[i % kinds.length] ?? ["none", async () => undefined];
      const { id } = await send(String(i));
      await damage(id);
      jobs.set(id, kind);
    }
    const idsOf = (...wanted: string[]) =>
      [...jobs].filter(([, kind]) => wanted.includes(kind)).map(([id]) => id);
    const look = async () => {
      const urls = ["/", paths.overview, ...[...jobs.keys()].map((id) => `${paths.jobs}/${id}`)];
      let broken = 0;
      for (const path of urls) {
        const response = await fetch(`${producer.url}${path}`);
        await response.text();
        if (response.status >= 500) broken += 1;
      }
      return broken;
    };
    const brokenBefore = await look();
    for (const [i, [, kind]] of [...jobs].entries()) if (kind === "no place") await send(String(i));

    const worker = await spawnWorker(redis.url);
    const open = async () => {
      const counts = await queue.getJobCounts("waiting", "active");
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    };
    await until("nothing to wait or run", async () => (await open()) === 0);
    const brokenAfter = await look();
    const states = async (ids: readonly string[]) =>
      Promise.all(ids.map((id) => queue.getJobState(id)));
    const runnable = await states(idsOf("none", "no options", "no time", "no place"));
    const unrunnable = await states(idsOf("no input"));
    const gone = await states(idsOf("no hash"));
    const logged = idsOf("no hash", "no input").filter((id) => worker.output().includes(id));
    const succeeded = runnable.filter((state) => state === "completed");
    measure.exactly("answers of 5xx for pages of all jobs", 0, brokenBefore + brokenAfter);
    measure.exactly("jobs that can run, and succeed", 4 * each, succeeded.length);
    measure.exactly(
      "jobs without an input that fail",
      each,
      unrunnable.filter((state) => state === "failed").length,
    );
    measure.exactly(
      "jobs without a hash that stay in a list",
      0,
      gone.filter((state) => state !== "unknown").length,
    );
    measure.exactly("jobs of both kinds that the log names", 2 * each, logged.length);
  },
);
