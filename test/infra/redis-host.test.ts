import { expect, test } from "vitest";
import { parse } from "yaml";
import { createRedisUserData } from "../../infra/boot/redis-host.ts";

interface CloudConfig {
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
}

function createFiles(fsync: "always" | "everysec" = "always", further: { monitor?: string } = {}) {
  const passwords = { producer: "1".repeat(64), worker: "2".repeat(64), ...further };
  const host = { passwords, fsync, volumeId: "vol-0123456789abcdef0" };
  const { write_files: files }: CloudConfig = parse(createRedisUserData(host));
  return Object.fromEntries(files.map((file) => [file.path, file]));
}

test("Redis keeps every job on disk, evicts none, and listens on its private address", () => {
  expect(createFiles()["/etc/tripod/redis.conf"]?.content.trim().split("\n")).toEqual([
    "bind 10.0.1.10 127.0.0.1",
    "port 6379",
    "protected-mode yes",
    "aclfile /run/credentials/redis-server.service/users.acl",
    "supervised systemd",
    `logfile ""`,
    "dir /var/lib/redis",
    `save ""`,
    "appendonly yes",
    "appendfsync always",
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    "maxmemory-policy noeviction",
    "include /run/redis/memory.conf",
    "tcp-keepalive 60",
  ]);
});

test("Redis speaks with its own network alone, though its host must reach Debian's mirrors", () => {
  const unit = createFiles()["/etc/systemd/system/redis-server.service"]?.content;
  expect(unit?.match(/^IPAddress.*$/gm)?.slice(-2)).toEqual([
    "IPAddressAllow=localhost 10.0.0.0/16",
    "IPAddressDeny=any",
  ]);
});

test("a stack may trade the last second of jobs for speed", () => {
  const file = createFiles("everysec")["/etc/tripod/redis.conf"];
  expect(file?.content).toContain("\nappendfsync everysec\n");
});

/** Each user with its password and keys. */
function startsOf(content = ""): string[] | null {
  return content.match(/^user \S+ \S+ \S+( resetkeys.* resetchannels -@all )?/gm);
}

test("each service logs in as itself, and the exporter only where there is one", () => {
  const file = createFiles()["/etc/tripod/users.acl"];
  expect(file?.permissions).toBe("0600");
  const watched = createFiles("always", { monitor: "3".repeat(64) })["/etc/tripod/users.acl"];
  const services = [
    "user default off ~*",
    `user producer on #${"1".repeat(64)} resetkeys ~{tripod:*}:* ~{tripod}:id-secret ~{tripod}:session:* resetchannels -@all `,
    `user worker on #${"2".repeat(64)} resetkeys ~{tripod:*}:* resetchannels -@all `,
  ];
  expect(startsOf(file?.content)).toEqual(services);
  expect(startsOf(watched?.content)).toEqual([
    ...services,
    `user monitor on #${"3".repeat(64)} resetkeys resetchannels -@all `,
  ]);
  expect(file?.content).toMatch(/^user default off ~\* &\* \+@all\n/);
  // Nothing but single commands: no category, and no command with all its subcommands by accident.
  expect(watched?.content.replace(/^user default.*\n/, "")).not.toMatch(
    /\+@|\+(?:client|memory|script|slowlog|latency|function)\s/,
  );
});
