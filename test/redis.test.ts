import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { expect, inject, onTestFinished, test } from "vitest";
import { describeOutage, openRedis } from "../src/redis.ts";

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
