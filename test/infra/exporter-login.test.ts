import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { foreignMetrics } from "../../dashboards/query/foreign-metrics.ts";
import { commonUnits } from "../../infra/boot/monitor-units.ts";
import { createUsers } from "../../infra/boot/redis-users.ts";
import { network } from "../../src/contract/topology.ts";
import { reservePort } from "../support/ports.ts";
import { runUntilTestEnds } from "../support/command.ts";
import { startRedis } from "../support/redis.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const password = "of-the-exporter";

/** A Redis that knows the users of a monitored broker's host, with a connection that may do all. */
async function startMonitoredRedis() {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const administrator = new Redis(redis.url);
  onTestFinished(() => administrator.disconnect());
  const monitor = createHash("sha256").update(password).digest("hex");
  const unused = "0".repeat(64);
  for (const user of createUsers({ producer: unused, worker: unused, monitor })) {
    await administrator.call("ACL", "SETUSER", ...user.split(" "));
  }
  // Last, for who is in already stays so.
  await administrator.call("ACL", "SETUSER", "default", "off");
  return { redis, administrator };
}

test("Debian's exporter reads all it asks for as its own user, and Redis denies it nothing", async () => {
  const { redis, administrator } = await startMonitoredRedis();
  const folder = createTemporaryFolder();
  const address = `127.0.0.1:${await reservePort()}`;
  const login = join(folder, "login.json");
  const at = `127.0.0.1:${redis.port}`;
  // Debian 13's exporter looks for the address with the user, as the host has it; Debian 12's without.
  const passwords = { [`redis://monitor@${at}`]: password, [`redis://${at}`]: password };
  writeFileSync(login, JSON.stringify(passwords));

  const unit = commonUnits.find(({ path }) => path.includes("/prometheus-redis-exporter."));
  const [, command = ""] = /^ExecStart=\/usr\/bin\/(.+)$/m.exec(unit?.content ?? "") ?? [];
  const here = command
    .replace(`${network.redisAddress}:6379`, `127.0.0.1:${redis.port}`)
    .replace("127.0.0.1:9121", address)
    .replace("/run/tripod-exporter/login.json", login);
  await runUntilTestEnds(here.split(" "), `http://${address}/health`);

  const text = await (await fetch(`http://${address}/metrics`)).text();
  expect(text).toContain("\nredis_up 1\n");
  const wanted = Object.values(foreignMetrics).filter(({ source }) => source === "redis_exporter");
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter(({ name }) => !text.includes(`\n${name} `))).toEqual([]);
  expect(await administrator.call("ACL", "LOG")).toEqual([]);
});

test("the exporter's user can read no job, and change nothing", async () => {
  const { redis } = await startMonitoredRedis();
  const url = `redis://monitor:${password}@127.0.0.1:${redis.port}`;
  const exporter = new Redis(url, { enableReadyCheck: false });
  onTestFinished(() => exporter.disconnect());
  const forbidden = [
    ["GET", "{tripod:default}:default:id"],
    ["KEYS", "*"],
    ["CONFIG", "GET", "*"],
    ["ACL", "LIST"],
    ["CLIENT", "LIST"],
    ["SLOWLOG", "RESET"],
    ["FLUSHALL"],
  ] as const;
  for (const [command, ...rest] of forbidden) {
    await expect(exporter.call(command, ...rest)).rejects.toThrow(/^NOPERM/);
  }
});
