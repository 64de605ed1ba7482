import { onTestFinished, test, expect } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { readMemory } from "../../../src/queue/memory.ts";
import { requestKinds, unavailability } from "../../../src/producer/http/errors.ts";
import { postJson, readBody } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";

test("a queue that nobody waits in, but whose memory is used up, says so and not that jobs wait", async () => {
  const server = await ownRedis();
  const { url, queue } = await startProducer({ redisUrl: server.url });
  const client = openRedis({ url: server.url, password: undefined }, "background");
  onTestFinished(() => client.disconnect());
  const { used } = await readMemory(client);
  await client.config("SET", "maxmemory", String(Math.floor(used / 0.75)));

  const body = { task: "quotient", input: { x: 1, y: 1, delayMs: 0 } };
  const refused = await postJson(`${url}/api/v1/jobs`, body);
  const { kind, detail } = await readBody(refused);
  expect([refused.status, kind, await queue.getWaitingCount()]).toEqual([503, "memory_low", 0]);
  expect(detail).toMatch(/memory/);

  const document = await readBody(await fetch(`${url}/api/openapi.json`));
  const known: string[] = document.components.schemas.Problem.properties.kind.enum;
  expect(known).toContain("memory_low");
  expect(known).toEqual([...Object.keys(unavailability), ...requestKinds]);
});
