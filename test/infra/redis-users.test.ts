import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { asService, ownRedis } from "../support/redis.ts";
import { readAllowed, readBullScripts, readOwnScripts } from "../support/redis-rights.ts";

const services = ["producer", "worker"] as const;
test("services may run each command of BullMQ's scripts, and few beside", () => {
  const scripts = readBullScripts();
  expect(scripts.size).toBeGreaterThan(50);
  const beside = (user: "producer" | "worker") =>
    readAllowed(user).filter((command) => !scripts.has(command));
  for (const user of services) expect([...scripts]).toSatisfy(isPartOf(readAllowed(user)));
  const both = [
    ..."ping info client|setname client|list eval evalsha multi exec".split(" "),
    ..."zrandmember memory|usage".split(" "),
  ];
  expect(beside("producer")).toEqual([
    ...both,
    "expire",
    "hscan",
    "sscan",
    "xinfo|stream",
    "xrevrange",
  ]);
  expect(beside("worker")).toEqual([...both, "mget", "bzpopmin"]);
});

test.each(services)(
  "the %s may run each command of our scripts that it reaches",
  async (service) => {
    const scripts = await readOwnScripts(service);
    expect(scripts.size).toBeGreaterThan(20);
    // Of some, only subcommands.
    const allowed = readAllowed(service).map((command) => command.split("|")[0]);
    expect([...scripts].filter((command) => !allowed.includes(command))).toEqual([]);
  },
);

function isPartOf(whole: readonly string[]) {
  return (part: readonly string[]) => part.every((each) => whole.includes(each));
}

const own = "{tripod:default}:default:meta";

/** What no service needs, as an intruder with its password would try it. */
const refused: readonly (readonly [string, ...string[]])[] = [
  ["FUNCTION", "LIST"],
  ["FUNCTION", "LOAD", "#!lua name=f\nredis.register_function('f', function() end)"],
  ["FUNCTION", "FLUSH"],
  ["FCALL", "f", "0"],
  ["SCRIPT", "FLUSH"],
  ["SCRIPT", "KILL"],
  ["SCRIPT", "LOAD", "return 1"],
  ["SELECT", "1"],
  ["SCAN", "0"],
  ["KEYS", "*"],
  ["DBSIZE"],
  ["RANDOMKEY"],
  ["FLUSHALL"],
  ["FLUSHDB"],
  ["SWAPDB", "0", "1"],
  ["MOVE", own, "1"],
  ["COPY", own, "{tripod:default}:default:copy"],
  ["DUMP", own],
  ["RESTORE", own, "0", ""],
  ["MIGRATE", "127.0.0.1", "1", own, "0", "1"],
  ["SORT", own],
  ["OBJECT", "ENCODING", own],
  ["CONFIG", "GET", "*"],
  ["CONFIG", "SET", "dir", "/tmp"],
  ["ACL", "LIST"],
  ["ACL", "SETUSER", "default", "on"],
  ["CLIENT", "KILL", "ID", "1"],
  ["CLIENT", "PAUSE", "1"],
  ["CLIENT", "NO-EVICT", "on"],
  ["CLIENT", "TRACKING", "on"],
  ["MEMORY", "DOCTOR"],
  ["MONITOR"],
  ["SLOWLOG", "GET"],
  ["LATENCY", "LATEST"],
  ["MODULE", "LIST"],
  ["CLUSTER", "INFO"],
  ["REPLICAOF", "NO", "ONE"],
  ["SAVE"],
  ["BGSAVE"],
  ["BGREWRITEAOF"],
  ["SHUTDOWN"],
  ["SUBSCRIBE", "channel"],
  ["PUBLISH", "channel", "text"],
  // Keys that are no queue's.
  ["GET", "other"],
  ["SET", "{tripod:tasks}", "text"],
  ["GET", "{another:tasks}:tasks:meta"],
  ["SET", "{tripod}:other", "text"],
  ["RENAME", own, "other"],
  ["EVAL", "return redis.call('GET', 'other')", "0"],
  ["EVAL", "return redis.call('FLUSHALL')", "0"],
];

test.each(services)("Redis refuses a %s what it does not need", async (service) => {
  const { client, administrator } = await openAs(service);
  const answers = await Promise.all(
    refused.map(async ([command, ...rest]) => [
      `${command} ${rest.join(" ")}`,
      await client.call(command, ...rest).then(String, ({ message }: Error) => message),
    ]),
  );
  const denied = /NOPERM|can't (?:run|access)/;
  expect(answers.filter(([, answer = ""]) => !denied.test(answer))).toEqual([]);
  expect(await administrator.dbsize()).toBe(0);
});

test("only a producer may see the secret that ids are made with", async () => {
  const answers = await Promise.all(
    services.map(async (service) => {
      const { client } = await openAs(service);
      return client.get("{tripod}:id-secret").catch(({ message }: Error) => message.slice(0, 6));
    }),
  );
  expect(answers).toEqual([null, "NOPERM"]);
});

async function openAs(service: "producer" | "worker") {
  const redis = await ownRedis();
  const administrator = new Redis(redis.url);
  const client = new Redis(asService(service, redis.url), {
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
  });
  onTestFinished(async () => {
    client.disconnect();
    // Denials are what is wanted here.
    await administrator.call("ACL", "LOG", "RESET");
    administrator.disconnect();
  });
  return { client, administrator };
}
