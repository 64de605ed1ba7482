import { expect, onTestFinished, test } from "vitest";
import { openRedis } from "../../../src/queue/connection.ts";
import { postJson, readBody } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { collectLog } from "../../support/telemetry.ts";

const division = { task: "quotient", input: { x: 10, y: 2, delayMs: 0 } };
const headers = { "idempotency-key": "once" };

test("a job is logged as queued once, and as known whenever its key comes again", async () => {
  const { log, lines } = collectLog();
  const { url } = await startProducer({ log });
  const send = async () => readBody(await postJson(`${url}/api/v1/jobs`, division, headers));
  const { id } = await send();
  await send();
  await send();
  const told = lines().filter(({ job_id: of }) => of === id);
  expect(told.map(({ msg, line }) => [msg, line])).toEqual([
    ["job queued", "job_queued"],
    ["job known", "job_known"],
    ["job known", "job_known"],
  ]);
});

test.each([
  // Of one that starts at once less is read, by a command without which none could be added.
  ["the first time", [], { ...division, delayMs: 60_000 }, "hgetall"],
  ["again", [division], division, "lpos"],
])(
  "nobody is told that nothing was queued where a job that is sent %s cannot be read back",
  async (_, before, sent, denied) => {
    const server = await ownRedis();
    const { log, lines } = collectLog();
    const { url, queue } = await startProducer({ redisUrl: server.url, log });
    const admin = openRedis({ url: server.url, password: undefined }, "background");
    onTestFinished(() => admin.disconnect());
    for (const body of before) await postJson(`${url}/api/v1/jobs`, body, headers);
    await admin.acl("SETUSER", "producer", `-${denied}`);
    const response = await postJson(`${url}/api/v1/jobs`, sent, headers);
    // The denial was meant.
    await admin.acl("LOG", "RESET");
    await admin.acl("SETUSER", "producer", `+${denied}`);
    const { kind } = await readBody(response);
    expect([response.status, kind, await queue.count()]).toEqual([503, "unknown", 1]);
    // What the runbook of TaskQueueEnqueueFailing sends people to.
    expect(lines().at(-1)).toMatchObject({
      msg: "job may have been queued",
      error_type: "unknown",
      refused: 1,
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  },
);

test("nobody is told that nothing was queued where Redis fails in the middle of it", async () => {
  const { url, redis, queue } = await startProducer();
  await redis.set(queue.toKey("marker"), "not a sorted set");
  const response = await postJson(`${url}/api/v1/jobs`, division, headers);
  expect([response.status, (await readBody(response)).kind]).toEqual([503, "unknown"]);
  await redis.del(queue.toKey("marker"));
  const again = await postJson(`${url}/api/v1/jobs`, division, headers);
  expect([again.status, await queue.getWaitingCount()]).toEqual([202, 1]);
});
