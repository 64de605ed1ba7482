import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setImmediate as oneTurn } from "node:timers/promises";
import { expect, inject, onTestFinished, test } from "vitest";
import { describeOutage, openRedis } from "../../src/queue/connection.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

test("logs in as the address's user with the password from elsewhere", async () => {
  const url = inject("redisUrl");
  const user = `user-${randomUUID()}`;
  const password = `50% of "p@ss:word/"`;
  const admin = openRedis({ url, password: undefined }, "background");
  await admin.acl("SETUSER", user, "on", `>${password}`, "+@all");

  const client = openRedis({ url: url.replace("//", `//${user}@`), password }, "background");
  onTestFinished(async () => {
    client.disconnect();
    await admin.acl("DELUSER", user);
    admin.disconnect();
  });
  expect(await client.acl("WHOAMI")).toBe(user);
});

test("says why a connection is not ready, to whoever asks the producer", async () => {
  const url = inject("redisUrl").replace("//", "//nobody@");
  const client = openRedis({ url, password: "wrong" }, "request");
  onTestFinished(() => client.disconnect());
  await once(client, "error");
  expect(describeOutage(client)).toMatch(/^redis is "\w+": WRONGPASS /);
});

test("a request is refused at once while Redis is away, and never sent later", async () => {
  const redis = await ownRedis();
  const client = openRedis({ url: redis.url, password: undefined }, "request");
  onTestFinished(() => client.disconnect());
  await once(client, "ready");
  await redis.signal("SIGKILL");
  await until("the outage to be seen", () => client.status !== "ready");
  const refused = client.incr("requests").catch((error: unknown) => String(error));
  expect(await Promise.race([refused, oneTurn("not yet")])).toMatch(/writeable|enableOfflineQueue/);

  await redis.start();
  await until("a connection", () => client.status === "ready");
  expect(await client.get("requests")).toBeNull();
});

test("a request under way when the connection breaks has failed, and is not sent again", async () => {
  const redis = await ownRedis();
  const client = openRedis({ url: redis.url, password: undefined }, "request");
  onTestFinished(() => client.disconnect());
  await once(client, "ready");
  await redis.signal("SIGSTOP");
  const underWay = Promise.allSettled([client.incr("requests")]);
  await redis.signal("SIGKILL");
  await redis.start();
  expect(await underWay).toMatchObject([
    { reason: { message: expect.stringContaining("max retries per request") } },
  ]);
  await until("a connection", () => client.status === "ready");
  expect(await client.get("requests")).toBeNull();
});
