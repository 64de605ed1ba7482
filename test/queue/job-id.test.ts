import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, inject, onTestFinished, test } from "vitest";
import { openRedis } from "../../src/queue/connection.ts";
import { createIdSecret } from "../../src/queue/id-secret.ts";
import { createKeyedId, createRandomId, isJobId } from "../../src/queue/job-id.ts";
import { deploymentKey } from "../../src/queue/keys.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";

const secret = Buffer.alloc(32, 7);

test("ids are 26 lower-case characters that no queue key and no number looks like", () => {
  const random = Array.from({ length: 1_000 }, createRandomId);
  expect(new Set(random).size).toBe(1_000);
  expect(random.filter((id) => !/^[a-h][a-z2-7]{25}$/.test(id))).toEqual([]);
  expect(["wait", "completed", "1234567890123456789012345", ""].filter(isJobId)).toEqual([]);
});

test("a key always gets the same id from a task, and another from another task, key, submitter or secret", () => {
  const key = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(key, key, (one, other) => {
      fc.pre(one !== other);
      const named = { task: "quotient", idempotencyKey: one };
      const id = createKeyedId(secret, named);
      expect([isJobId(id), createKeyedId(secret, named)]).toEqual([true, id]);
      const others = [
        createKeyedId(secret, { ...named, idempotencyKey: other }),
        createKeyedId(secret, { ...named, task: "greet" }),
        createKeyedId(secret, { ...named, submitter: "one" }),
        createKeyedId(secret, { ...named, submitter: "other" }),
        createKeyedId(Buffer.alloc(32, 8), named),
      ];
      expect(new Set([id, ...others]).size).toBe(6);
    }),
  );
});

test("a key has the id that it had in every release", () => {
  // The first 128 bits of an HMAC-SHA-256, after two zero bits in the base 32 of RFC 4648.
  const named = { task: "quotient", idempotencyKey: "key" };
  expect(createKeyedId(secret, named)).toBe("chmkcry7kckxcnptqskb2gvk4c");
});

test("all connections of a deployment share one secret, whoever asks first", async () => {
  const url = inject("redisUrl");
  const clients = Array.from({ length: 5 }, () =>
    openRedis({ url, password: undefined }, "background"),
  );
  onTestFinished(() => clients.forEach((client) => client.disconnect()));
  const secrets = await Promise.all(clients.map(async (client) => createIdSecret(client)()));
  const texts = secrets.map((bytes) => Buffer.from(bytes).toString("hex"));
  expect([new Set(texts).size, texts[0]?.length]).toEqual([1, 64]);
});

test("a Redis that has lost its data has a new secret, which a producer learns when it connects", async () => {
  const redis = await ownRedis();
  const client = openRedis({ url: redis.url, password: undefined }, "background");
  onTestFinished(() => client.disconnect());
  const readSecret = createIdSecret(client);
  const before = await readSecret();
  expect(await readSecret()).toBe(before);

  const other = Buffer.from(randomUUID()).toString("base64");
  await client.set(deploymentKey("id-secret"), other);
  expect(await readSecret()).toBe(before);
  client.disconnect(true);
  const after = await until("the new secret", async () => {
    const now = await readSecret();
    return now !== before && now;
  });
  expect(Buffer.from(after).toString("base64")).toBe(other);
});
