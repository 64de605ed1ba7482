import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { readRecentJobs } from "../../../src/producer/jobs/recent-jobs.ts";
import { parseStart } from "../../../src/producer/jobs/json-start.ts";
import { submitDivision } from "../../support/client.ts";
import { startProducer, type TestProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";

const large = "ä".repeat(30_000);

test("the latest jobs take little from Redis, however large they are", async () => {
  const { url: redisUrl } = await ownRedis();
  const producer = await startProducer({ redisUrl });
  const { url, queue, redis } = producer;
  const ids: string[] = [];
  for (let i = 0; i < 10; i += 1) {
    const jobId = createRandomId();
    await queue.add("quotient", { text: large }, { jobId });
    const ended = [JSON.stringify({ text: large }), JSON.stringify({ value: large })] as const;
    ids.push(jobId, await addEnded(producer, ...ended));
  }
  const headers = { cookie: `tripod-jobs=${ids.join(".")}` };
  const before = await readSentBytes(redis);
  const page = await (await fetch(url, { headers })).text();
  // Those of the page, and of whatever else goes on in that time; the jobs have two million.
  expect((await readSentBytes(redis)) - before).toBeLessThan(200_000);
  expect(page).toContain(`>text: ${"ä".repeat(53)}…<`);
});

test("the latest jobs are told with the start of their input and outcome, and shorter ones as they are", async () => {
  const producer = await startProducer();
  const { queue, redis } = producer;
  const short = await addEnded(producer, '{ "x": 1 }', '{"value":"5"}');
  const text = "€".repeat(100);
  const long = await addEnded(
    producer,
    JSON.stringify({ text }),
    JSON.stringify({ value: { text } }),
  );
  const foreign = await addEnded(producer, "{", large);
  const listed = await readRecentJobs(queue, redis, [short, long, foreign]);
  const told = new Map(
    listed.map(({ id, input, inputIsCut, outcome }) => [id, [input, inputIsCut, outcome]]),
  );

  expect(told.get(short)).toEqual([{ x: 1 }, false, "5"]);
  // Of 256 bytes.
  const start = { text: "€".repeat(82) };
  expect(told.get(long)).toEqual([start, true, `{"text":"${"€".repeat(50)}…`]);
  expect(told.get(foreign)).toEqual([{}, false, "null"]);
});

test.each([
  ['{"a":1,"b":"tw', { a: 1, b: "tw" }],
  ['{"a":1,"b":"\\', { a: 1, b: "" }],
  ['{"a":1,"b":"]}\\"', { a: 1, b: ']}"' }],
  ['{"a":1,"b":[tr', { a: 1, b: [] }],
  ['{"a":1,"b', { a: 1 }],
  ['{"a":[{"b":2},{"c', { a: [{ b: 2 }, {}] }],
  ["nothing", undefined],
])("the start of an input, %s, says as much as stands there", (start, value) => {
  expect(parseStart(start)).toEqual(value);
});

test("a browser is shown the jobs that it has submitted, and nobody those of others", async () => {
  const first = await startProducer();
  const second = await startProducer({ name: first.name });
  const { id: strangers } = await submitDivision(first.url, { x: 77, y: 7 });
  const sent = await fetch(`${first.url}/tasks/quotient`, {
    method: "POST",
    headers: { origin: first.url },
    body: new URLSearchParams({ x: "6", y: "3", delayMs: "0" }),
    redirect: "manual",
  });
  const [cookie = "", ...attributes] = (sent.headers.getSetCookie()[0] ?? "").split("; ");
  expect([sent.status, attributes.map((one) => one.toLowerCase())]).toEqual([
    303,
    expect.arrayContaining(["httponly", "samesite=lax", "path=/"]),
  ]);
  const own = sent.headers.get("location");
  await first.close();
  // It holds at another producer, once the first is gone.
  const page = await (await fetch(second.url, { headers: { cookie } })).text();
  expect(page).toContain(`href="${own}"`);
  expect(page).not.toContain(strangers);
  const others = await (await fetch(second.url)).text();
  expect(others).toContain("None yet: submit one");
  expect(others).not.toContain("x: ");
});

test("the cookie of a browser's jobs has the twenty latest, however many it has submitted", async () => {
  const { url } = await startProducer();
  const ids = Array.from({ length: 30 }, () => createRandomId());
  const sent = await fetch(`${url}/tasks/quotient`, {
    method: "POST",
    headers: { origin: url, cookie: `tripod-jobs=${ids.join(".")}.x` },
    body: new URLSearchParams({ x: "6", y: "3", delayMs: "0" }),
    redirect: "manual",
  });
  const [, value = ""] = /^tripod-jobs=([^;]*)/.exec(sent.headers.getSetCookie()[0] ?? "") ?? [];
  const [, id = ""] = /^\/jobs\/(\w+)/.exec(sent.headers.get("location") ?? "") ?? [];
  expect(value.split(".")).toEqual([id, ...ids.slice(0, 19)]);
});

test("the list of the latest jobs has the titles of their fields", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const headers = { cookie: `tripod-jobs=${id}` };
  expect(await (await fetch(url, { headers })).text()).toContain(">x: 10, y: 2, Delay (ms): 0<");
});

/** A job that succeeded, with these texts in its record. */
async function addEnded(
  { queue, redis }: TestProducer,
  data: string,
  returnvalue: string,
): Promise<string> {
  const id = createRandomId();
  const now = Date.now();
  await redis.hset(queue.toKey(id), { name: "quotient", data, returnvalue, timestamp: now });
  await redis.zadd(queue.toKey("completed"), now, id);
  return id;
}

/** What Redis has sent to all its clients. */
async function readSentBytes(redis: Redis): Promise<number> {
  const stats = await redis.info("stats");
  return Number(/^total_net_output_bytes:(\d+)/m.exec(stats)?.[1]);
}
