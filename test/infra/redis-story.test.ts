import { FlowProducer } from "bullmq";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { noteBlock } from "../../src/queue/blocks.ts";
import { createQueue } from "../../src/queue/queue.ts";
import { readHeldJobs } from "../../src/worker/blocking/lock-renewal.ts";
import { startReceiver } from "../support/callback-receiver.ts";
import { postJson, readBody, untilFinal } from "../support/client.ts";
import { startConsole } from "../support/console.ts";
import { keepFile, submitFile, writeDivisions } from "../support/file-batch.ts";
import { asService, ownRedis } from "../support/redis.ts";
import { readAllowed, readBullScripts, readOwnScripts } from "../support/redis-rights.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const services = ["producer", "worker"] as const;
type Service = (typeof services)[number];

/** Hears which commands services send from now on, those of scripts apart. */
async function listen(redisUrl: string) {
  const administrator = new Redis(redisUrl);
  const monitor = await administrator.monitor();
  onTestFinished(() => {
    monitor.disconnect();
    administrator.disconnect();
  });
  const sent = new Map<string, Set<string>>();
  monitor.on("monitor", (_time: string, [command = "", sub = ""]: string[], source: string) => {
    const commands = sent.get(source) ?? new Set();
    sent.set(source, commands.add(command.toLowerCase()).add(`${command}|${sub}`.toLowerCase()));
  });
  const users = new Map<string, string>();
  return {
    administrator,
    /** Those that no connection of the service has sent which is, or was, open when this was asked. */
    findUnsent: async (service: Service, wanted: readonly string[]) => {
      for (const line of String(await administrator.client("LIST")).split("\n")) {
        const [, source = "", user = ""] = /\baddr=(\S+) .*\buser=(\S+)/.exec(line) ?? [];
        users.set(source, user);
      }
      const own = [...sent].filter(([source]) => users.get(source) === service);
      const commands = new Set(own.flatMap(([, each]) => [...each]));
      return wanted.filter((command) => !commands.has(command));
    },
    /** Redis tells nobody of what only administrators should send. */
    findHeard: async (commands: readonly string[]) => {
      const known = (await administrator.call("COMMAND", "INFO", ...commands)) as [
        name: string,
        arity: number,
        flags: readonly string[],
      ][];
      return commands.filter((_, index) => known[index]?.[2].includes("admin") === false);
    },
    readDenials: () => administrator.call("ACL", "LOG"),
  };
}

/** What a service may run that no script needs: it sends that by itself, or has too many rights. */
async function findDirect(service: Service): Promise<string[]> {
  const scripts = new Set([...readBullScripts(), ...(await readOwnScripts(service))]);
  return readAllowed(service).filter((command) => !scripts.has(command.split("|")[0] ?? ""));
}

test("services send each command that they may run and no script needs, and are refused none", async () => {
  const { url: redisUrl } = await ownRedis();
  const { administrator, findUnsent, findHeard, readDenials } = await listen(redisUrl);
  const receiver = await startReceiver();
  const { url, ask, queue, name, redis } = await startConsole({
    redisUrl,
    callbacks: { secret: Buffer.alloc(32, "a").toString("base64"), allowed: "127.0.0.1" },
  });
  await startWorker(name, { redisUrl });

  const submit = async (input: object, more: object) => {
    const job = { task: "quotient", input: { delayMs: 0, ...input }, ...more };
    return (await readBody(await postJson(`${url}/api/v1/jobs`, job))).id as string;
  };
  const failed = await submit({ x: 1, y: 0 }, { callback_url: receiver.url });
  await receiver.until(1);
  await untilFinal(url, failed);
  const waiting = await submit({ x: 1, y: 1 }, { delayMs: 3_600_000 });
  await submitFile(url, await keepFile(url, writeDivisions(3)));
  const flow = new FlowProducer({
    connection: administrator,
    prefix: queue.toKey("").slice(0, -name.length - 2),
  });
  const division = { name: "quotient", queueName: name, data: { x: 1, y: 1, delayMs: 0 } };
  const { job: parent } = await flow.add({ ...division, children: [division] });

  const asked = [
    await ask(`/api/v1/jobs/${waiting}/cancel`, { method: "POST" }),
    await ask(`/api/v1/jobs/${failed}/retry`, { method: "POST" }),
    await until("the index of jobs to be there", async () => {
      const answer = await ask("/jobs?state=failed");
      return answer.status === 200 && answer;
    }),
    await ask("/audit"),
    await ask("/workers"),
    await ask("/schedules"),
    await ask("/board/api/queues"),
    await ask("/board/api/redis/stats"),
    await ask(`/board/api/queues/${name}/workers`),
    await ask(`/board/api/queues/${name}/${parent.id}/flow`),
  ];
  expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));

  // As a worker does whose event loop is blocked, which would hold up the test.
  const worker = new Redis(asService("worker", redisUrl), { disableClientInfo: true });
  onTestFinished(() => worker.disconnect());
  const blocked = createQueue(worker, name);
  await redis.lpush(queue.toKey("active"), "another worker's");
  await readHeldJobs(blocked, worker, "blocked");
  await noteBlock(blocked, worker, "quotient");

  for (const service of services) {
    const direct = await findHeard(await findDirect(service));
    expect(direct.length).toBeGreaterThan(8);
    await until(`the ${service} to send the last of ${direct.join(", ")}`, async () => {
      // Of all that tidy up a queue, who came first would do so alone, every half second.
      await redis.del(queue.toKey("janitor"));
      const unsent = await findUnsent(service, direct);
      if (unsent.length > 0) throw new Error(`it has not sent ${unsent.join(", ")}`);
      return true;
    });
  }
  expect(await readDenials()).toEqual([]);
});
