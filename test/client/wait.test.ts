import { expect, test } from "vitest";
import { openCuttingProxy } from "../support/cutting-proxy.ts";
import { openFakeServer } from "../support/fake-server.ts";
import { createFixtureClient } from "../support/fixture-client.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const input = { x: 10, y: 2, delayMs: 1_500 };

test("a stream that is cut is taken up again", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  let cuts = 0;
  const proxy = await openCuttingProxy(url, (answer) => {
    const isCut = answer.includes("event: status") && !answer.includes("succeeded") && cuts < 2;
    if (isCut) cuts += 1;
    return isCut;
  });
  const { id } = await createFixtureClient({ url }).submit("quotient", input);
  expect(await createFixtureClient({ url: proxy }).wait(id)).toMatchObject({ result: 5 });
  expect(cuts).toBeGreaterThanOrEqual(1);
});

test("looks now and then where streams are refused", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const asked: string[] = [];
  const client = createFixtureClient({
    url,
    fetch: async (address, init) => {
      asked.push(address);
      if (!address.endsWith("/events")) return fetch(address, init);
      return new Response("<h1>Bad Gateway</h1>", { status: 502 });
    },
  });
  const submitted = await client.submit("quotient", input);
  expect(await client.wait(submitted)).toMatchObject({ status: "succeeded", result: 5 });
  expect(asked.filter((address) => address.endsWith("/events"))).toHaveLength(1);
});

test("looks itself where a proxy holds the stream back", async () => {
  const job = { id: "b2", task: "quotient", status: "succeeded", result: 5 };
  const url = await openFakeServer((request, response) => {
    if (request.url?.endsWith("/events") === true) return;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(job));
  });
  const client = createFixtureClient({ url, requestMs: 300 });
  expect(await client.wait("b2")).toMatchObject({ result: 5 });
});

test("goes on after Redis was away", async () => {
  const redis = await ownRedis();
  const { url, name } = await startProducer({ redisUrl: redis.url });
  const client = createFixtureClient({ url });
  const submitted = await client.submit("quotient", { ...input, delayMs: 0 });
  const { promise: isFollowed, resolve: onChange } = Promise.withResolvers<unknown>();
  const outage = isFollowed.then(async () => {
    await redis.signal("SIGKILL");
    await until("the queue to be away", () =>
      client.get(submitted, { retryMs: 0 }).then(
        () => false,
        () => true,
      ),
    );
    await redis.start();
    await startWorker(name, { redisUrl: redis.url });
  });
  const ended = await client.wait(submitted, { onChange });
  await outage;
  expect(ended).toMatchObject({ status: "succeeded", result: 5 });
});

test("has a deadline, after which it says how the job stood", async () => {
  const { url } = await startProducer();
  const client = createFixtureClient({ url });
  const submitted = await client.submit("quotient", input);
  const waiting = client.wait(submitted, { deadlineMs: 500 });
  await expect(waiting).rejects.toMatchObject({
    name: "UnendedError",
    message: `the job "${submitted.id}" has not ended within 500 ms`,
    id: submitted.id,
    job: { status: "waiting" },
  });
});

test("rejects with the reason of a signal", async () => {
  const { url } = await startProducer();
  const client = createFixtureClient({ url });
  const submitted = await client.submit("quotient", input);
  const aborting = new AbortController();
  const { signal } = aborting;
  const onChange = () => aborting.abort(new Error("enough"));
  const waiting = client.wait(submitted, { signal, onChange, deadlineMs: Infinity });
  await expect(waiting).rejects.toThrow("enough");
  await expect(client.wait(submitted, { signal })).rejects.toThrow("enough");
});

test("tells that a job was removed meanwhile", async () => {
  const { url, queue } = await startProducer();
  const client = createFixtureClient({ url });
  const submitted = await client.submit("quotient", input);
  let removal: Promise<unknown> | undefined;
  const onChange = () => void (removal ??= queue.remove(submitted.id));
  await expect(client.wait(submitted, { onChange })).rejects.toMatchObject({ status: 404 });
  await removal;
});
