import { expect, test } from "vitest";
import { parse } from "yaml";
import { createRedisUserData } from "../../infra/boot/redis-host.ts";

interface CloudConfig {
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
}

function createFiles(fsync: "always" | "everysec" = "always") {
  const host = { passwordSha256: "0".repeat(64), fsync, volumeId: "vol-0123456789abcdef0" };
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

test("one user can log in, with the queue's keys and without the administrator's commands", () => {
  const file = createFiles()["/etc/tripod/users.acl"];
  expect(file?.permissions).toBe("0600");
  const [byDefault, tripod, ...rest] = (file?.content ?? "").trim().split("\n");
  expect(byDefault).toBe("user default off ~* &* +@all");
  expect(tripod).toMatch(
    /^user tripod on #0{64} resetkeys ~\{tripod:\*\}:\* ~\{tripod\}:\* resetchannels -@all /,
  );
  expect(tripod).toMatch(/ -@dangerous \+info \+client\|list \+memory\|usage$/);
  expect(rest).toEqual([]);
});
