import { expect, test } from "vitest";
import { UnansweredError } from "../../src/client/errors.ts";
import { openCuttingProxy } from "../support/cutting-proxy.ts";
import { openFakeServer } from "../support/fake-server.ts";
import { createFixtureClient } from "../support/fixture-client.ts";
import { reservePort } from "../support/ports.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";

const input = { x: 10, y: 2, delayMs: 0 };
const job = { id: "b234", task: "quotient", status: "waiting", input, attempts: 0 };

function asProblem(status: number, kind: string, retryAfter: string) {
  return {
    status,
    headers: { "content-type": "application/problem+json", "retry-after": retryAfter },
    body: JSON.stringify({ type: "about:blank", title: "", status, detail: "not now", kind }),
  };
}

/** Answers in turn, the last one for ever, and notes the keys and times of what is asked. */
async function openScriptedServer(
  ...answers: { status: number; headers: Record<string, string>; body: string }[]
) {
  const requests: { key: string | undefined; at: number }[] = [];
  const url = await openFakeServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ key: request.headers["idempotency-key"]?.toString(), at: performance.now() });
    request.resume().on("end", () => {
      response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
    });
  });
  return { url, requests };
}

const taken = {
  status: 202,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(job),
};
const page = { status: 200, headers: { "content-type": "text/html" }, body: "<h1>Welcome</h1>" };

test.each([
  ["a 503", asProblem(503, "unknown", "1"), 1_000],
  ["a 429", asProblem(429, "too_many_unfinished", "1"), 1_000],
  ["a proxy's 502", { ...page, status: 502 }, 200],
  ["a proxy's page in the place of the answer", page, 200],
  ["an answer that is cut", { ...taken, body: taken.body.slice(0, 20) }, 200],
])("tries again when it is to, with the same key, after %s", async (_, first, leastMs) => {
  const { url, requests } = await openScriptedServer(first, taken);
  expect((await createFixtureClient({ url }).submit("quotient", input)).id).toBe(job.id);
  expect(requests.map(({ key }) => key)).toEqual([expect.any(String), requests[0]?.key]);
  const [one, other] = requests.map(({ at }) => at);
  // A timer of Node.js may be early by a millisecond.
  expect((other ?? 0) - (one ?? 0)).toBeGreaterThanOrEqual(leastMs - 2);
});

test("what would have to be waited for longer than there is time is told at once", async () => {
  const { url, requests } = await openScriptedServer(asProblem(429, "too_many_unfinished", "60"));
  const startedAt = performance.now();
  const refused = createFixtureClient({ url, retryMs: 30_000 }).submit("quotient", input);
  await expect(refused).rejects.toMatchObject({
    name: "RefusedError",
    status: 429,
    kind: "too_many_unfinished",
    retryAfterMs: 60_000,
  });
  expect([requests.length, performance.now() - startedAt < 10_000]).toEqual([1, true]);
});

test("the time to come back may be told as a date", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  const { url } = await openScriptedServer(asProblem(503, "overloaded", date));
  const refused = await createFixtureClient({ url })
    .get("b234")
    .catch((error: { retryAfterMs: number }) => error);
  expect(refused).toMatchObject({ kind: "overloaded", name: "RefusedError" });
  expect((refused as { retryAfterMs: number }).retryAfterMs / 3_600_000).toBeCloseTo(1, 1);
});

test.each([404, 401, 500])("a proxy's page with %i is told at once", async (status) => {
  const { url, requests } = await openScriptedServer({ ...page, status });
  await expect(createFixtureClient({ url }).submit("quotient", input)).rejects.toMatchObject({
    status,
    detail: 'an answer of type "text/html", expected JSON of the API',
  });
  expect(requests).toHaveLength(1);
});

test("gives up on a server that is not there when its time is over, and says why", async () => {
  const gone = `http://127.0.0.1:${await reservePort()}`;
  const retried: string[] = [];
  const client = createFixtureClient({
    url: gone,
    retryMs: 700,
    onRetry: ({ message }) => void retried.push(message),
  });
  const failed: unknown = await client.submit("quotient", input).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(UnansweredError);
  expect(failed).toMatchObject({
    message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    key: expect.any(String),
  });
  expect(retried.length).toBeGreaterThanOrEqual(1);
});

test("a server that never answers is given up, request by request", async () => {
  let requests = 0;
  const url = await openFakeServer(() => void (requests += 1));
  const client = createFixtureClient({ url, requestMs: 100, retryMs: 1_000 });
  await expect(client.submit("quotient", input)).rejects.toThrow("did not answer within");
  expect(requests).toBeGreaterThanOrEqual(2);
});

test("a signal ends it, in a pause as in a request", async () => {
  const aborting = new AbortController();
  const abort = () => aborting.abort(new Error("enough"));
  const options = { signal: aborting.signal, retryMs: 600_000 };
  const { url } = await openScriptedServer(asProblem(503, "not_ready", "60"));
  const pausing = createFixtureClient({ url, onRetry: () => setImmediate(abort) });
  await expect(pausing.submit("quotient", input, options)).rejects.toThrow("enough");

  const later = new AbortController();
  const silent = await openFakeServer(() => later.abort(new Error("enough")));
  const asking = createFixtureClient({ url: silent });
  const call = asking.submit("quotient", input, { ...options, signal: later.signal });
  await expect(call).rejects.toThrow("enough");
});

test("a connection that is reset after the job was taken makes no second job", async () => {
  const { url, queue } = await startProducer();
  const proxy = await openCuttingProxy(url, (answer) => answer.startsWith("HTTP/1.1 202") && cut());
  let cuts = 0;
  const cut = () => (cuts += 1) <= 2;
  const { id } = await createFixtureClient({ url: proxy }).submit("quotient", input);
  expect(cuts).toBe(3);
  expect((await queue.getJobs()).map((one) => one.id)).toEqual([id]);
});

test("a job is submitted once although Redis was down in the middle of it", async () => {
  const redis = await ownRedis();
  const { url, queue } = await startProducer({ redisUrl: redis.url });
  await redis.signal("SIGKILL");
  const kinds: unknown[] = [];
  const client = createFixtureClient({
    url,
    onRetry(error) {
      kinds.push("kind" in error && error.kind);
      if (kinds.length === 1) void redis.start();
    },
  });
  const { id } = await client.submit("quotient", input);
  expect(["not_ready", "unknown"]).toContain(kinds[0]);
  expect((await queue.getJobs()).map((one) => one.id)).toEqual([id]);
});

test("a client that has as many unfinished jobs as it may is told so", async () => {
  const { url } = await startProducer({ limits: { unfinishedPerClient: 1 } });
  const client = createFixtureClient({ url, retryMs: 9_000 });
  await client.submit("quotient", input);
  await expect(client.submit("quotient", input)).rejects.toMatchObject({
    status: 429,
    kind: "too_many_unfinished",
    retryAfterMs: 10_000,
  });
});
