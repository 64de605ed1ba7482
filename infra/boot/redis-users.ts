import { keyTags } from "../../src/contract/queues.ts";

/** Who logs in to Redis: each service as itself, and the monitor's exporter. */
export type RedisUser = "producer" | "worker" | "monitor";

/** SHA-256 of each one's password, in hexadecimal: Redis' host never learns the passwords themselves. */
export type UserPasswords = Readonly<Record<"producer" | "worker", string>> & {
  readonly monitor?: string | undefined;
};

/** What BullMQ's scripts run: a script may do what the user may do who calls it. */
const scriptCommands = [
  "time type exists del unlink rename persist pexpire pexpireat pttl",
  "get set incr incrby",
  "hdel hexists hget hgetall hincrby hlen hmget hmset hset",
  "lindex llen lpop lpos lpush lrange lrem lset ltrim rpop rpoplpush rpush",
  "sadd scard sismember smembers srem",
  "xadd xdel xlen xrange xread xtrim",
  "zadd zcard zcount zlexcount zpopmin zrange zrangebylex zrangebyscore zrem",
  "zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zscore",
];

/** What BullMQ and we ask for beside its scripts, in every service. */
const serviceCommands = [
  "ping info client|setname client|list eval evalsha multi exec",
  "zrandmember memory|usage",
];

/** What one user may do. */
interface Rights {
  /** Patterns of keys; none where the user has no business with any. */
  readonly keys: readonly string[];
  /** Commands, and subcommands as `command|subcommand`, each list with spaces between them. */
  readonly commands: readonly string[];
}

/** Of any queue, so that a further one changes nothing on Redis' host. */
const queueKeys = `{${keyTags.queue}*}:*`;

const rights: Readonly<Record<RedisUser, Rights>> = {
  producer: {
    keys: [queueKeys, `{${keyTags.deployment}}:id-secret`, `{${keyTags.deployment}}:session:*`],
    // A client's unfinished jobs are counted with the first; with the next two Bull Board turns the
    // pages of a job's children; then one tells the index of jobs whether it has missed events, and
    // by the last what operators did is read, the latest first.
    commands: [
      ...scriptCommands,
      ...serviceCommands,
      "expire",
      "hscan sscan",
      "xinfo|stream",
      "xrevrange",
    ],
  },
  worker: {
    keys: [queueKeys],
    commands: [...scriptCommands, ...serviceCommands, "mget bzpopmin"],
  },
  monitor: {
    keys: [],
    commands: ["ping info client|setname slowlog|get slowlog|len latency|latest latency|histogram"],
  },
};

/** The users of Redis as its `user` directive takes them, with what each may do, and nothing else. */
export function createUsers(passwords: UserPasswords): string[] {
  return (["producer", "worker", "monitor"] as const).flatMap((user) => {
    const password = passwords[user];
    if (password === undefined) return [];
    const { keys, commands } = rights[user];
    const allowed = commands.flatMap((list) => list.split(" ")).map((command) => `+${command}`);
    const patterns = keys.map((key) => `~${key}`);
    return [
      [
        user,
        "on",
        `#${password}`,
        "resetkeys",
        ...patterns,
        "resetchannels -@all",
        ...allowed,
      ].join(" "),
    ];
  });
}
