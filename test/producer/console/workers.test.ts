import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { vanishedAfterSeconds } from "../../../src/contract/workers.ts";
import { reportWorker } from "../../../src/queue/worker-index.ts";
import { workerKey, workersKey } from "../../../src/queue/worker-keys.ts";
import type { WorkerReport } from "../../../src/queue/worker-report.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { busyQueue, idleQueue, reportOf } from "../../support/reported-workers.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

/** Asks as an operator does, or as one in a browser. */
async function openConsole(options: Parameters<typeof startProducer>[0] = {}) {
  const producer = await startProducer({ readOnly: false, ...options });
  const { queue, redis, boardUrl } = producer;
  const ask = async (path = "", { method = "GET", accept = "application/json" } = {}) => {
    const response = await fetch(`${boardUrl}/workers${path}`, {
      method,
      redirect: "manual",
      headers: { authorization: boardAuthorization, accept },
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, response, text, body: isJson ? JSON.parse(text) : text };
  };
  return {
    ...producer,
    ask,
    readPage: async () => (await ask("", { accept: "text/html,*/*;q=0.8" })).text,
    report: (id: string, changes: Partial<WorkerReport> = {}) =>
      reportWorker(queue, redis, { id, report: reportOf(changes) }),
    /** As if it had reported last so long ago. */
    silence: async (id: string, seconds: number) => {
      const seen = Number(await redis.zscore(workersKey(queue), id));
      await redis.zadd(workersKey(queue), seen - seconds * 1_000, id);
    },
  };
}

test("programs are told what workers report, in times of Redis' clock", async () => {
  const { ask, report } = await openConsole();
  await report("a", { queues: [busyQueue, { ...idleQueue, name: "slow", slots: 2 }] });
  const { status, body, response } = await ask();
  expect([status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const [{ last_seen: seen, started_at: started, queues, ...worker }] = body;
  expect(body).toHaveLength(1);
  expect(worker).toEqual({
    id: "a",
    state: "working",
    host: "worker-1",
    pid: 4_711,
    release: "0123456789abcdef",
    memory_bytes: 100_000_000,
    event_loop_lag_seconds: 0.012,
    silent_seconds: expect.any(Number),
    drained_by: null,
    drained_since: null,
  });
  expect(Date.parse(seen) - Date.parse(started)).toBe(7_200_000);
  expect(queues).toEqual([
    {
      name: "default",
      slots: 10,
      running: 1,
      jobs: [{ id: busyQueue.jobs[0]?.id, task: "divide", attempt: 2, since: expect.any(String) }],
    },
    { name: "slow", slots: 2, running: 0, jobs: [] },
  ]);
  expect(Date.parse(seen) - Date.parse(queues[0].jobs[0].since)).toBe(90_000);
});

test("a page shows each worker, and leads to what it runs", async () => {
  const { readPage, report, name } = await openConsole();
  await report("a", { queues: [{ ...busyQueue, name }] });
  const page = await readPage();
  expect(page).toContain('<span class="pill busy">working</span>');
  expect(page).toContain(`<a href="/jobs/${busyQueue.jobs[0]?.id}">divide</a>`);
  expect(page).toMatch(/attempt 2, for 1 min/);
  expect(page).toContain('<small title="a">process 4711, up 2 h</small>');
  expect(page).toContain('<small title="0123456789abcdef">release 0123456789ab</small>');
  expect(page).toMatch(/1 of 10/);
  expect(page).toContain("100 MB");
  expect(page).toContain("12 ms");
  expect(page).toMatch(/<time datetime="[^"]+Z" title="[^"]+ UTC">0 s ago<\/time>/);
});

test("a worker that runs more than fits says so, and unfolds", async () => {
  const { readPage, report } = await openConsole();
  const [job] = busyQueue.jobs;
  if (job === undefined) throw new Error("expected a job");
  await report("a", {
    queues: [{ ...busyQueue, running: 12, jobs: Array.from({ length: 9 }, () => job) }],
  });
  const page = await readPage();
  expect(page).toContain("<summary>9 more</summary>");
  expect(page).toContain("3 that have begun later");
});

test("a page says of a silent worker for how long there was no word, and that it has vanished", async () => {
  const { readPage, report, silence } = await openConsole();
  await report("a", { queues: [busyQueue] });
  await silence("a", 12);
  const page = await readPage();
  expect(page).toMatch(/no word for 1[23] s/);
  expect(page).toContain(">working</span>");
  await silence("a", vanishedAfterSeconds);
  const later = await readPage();
  expect(later).toContain('<span class="pill bad">vanished</span>');
  expect(later).toContain("attempt 2, when it vanished");
});

test("a page without any worker says what to do", async () => {
  const { readPage, ask } = await openConsole();
  expect((await ask()).body).toEqual([]);
  expect(await readPage()).toContain("No worker has reported");
});

test("a worker whose record was damaged is told of beside all others", async () => {
  const { ask, readPage, report, redis, queue } = await openConsole();
  await report("a");
  await report("b");
  await redis.hset(workerKey(queue, "a"), "report", "{");
  const { body } = await ask();
  const found = body.find(({ id }: { readonly id: string }) => id === "a");
  expect(found).toMatchObject({ state: "idle", host: null, started_at: null, queues: [] });
  const page = await readPage();
  expect(page).toContain("what Redis holds of it is damaged");
  expect(page.match(/data-worker=/g)).toHaveLength(2);
});

test("what a worker is called is no markup", async () => {
  const { readPage, report } = await openConsole();
  const evil = '<img src=x onerror="alert(1)">';
  await report(`"><b>${randomUUID()}`, {
    host: evil,
    release: evil,
    queues: [
      { name: evil, slots: 1, running: 1, jobs: [{ id: evil, task: evil, attempt: 1, ranMs: 1 }] },
    ],
  });
  const page = await readPage();
  expect(page).not.toContain("<img");
  expect(page).not.toContain("<b>");
});

test("workers are shown to nobody without a login", async () => {
  const { boardUrl, report } = await openConsole();
  await report("a");
  const response = await fetch(`${boardUrl}/workers`);
  expect([response.status, await response.text()]).toEqual([401, "a login is needed"]);
});

test("an operator drains a worker and releases it, and the log says who did", async () => {
  const { log, lines } = collectLog();
  const { ask, report } = await openConsole({ log });
  await report("a", { queues: [busyQueue] });
  const drained = await ask("/a/drain", { method: "POST" });
  expect(drained).toMatchObject({
    status: 200,
    body: { id: "a", state: "draining", drained_by: "admin", drained_since: expect.any(String) },
  });
  // As it answers the next report.
  expect(await report("a", { phase: "held" })).toMatchObject({ by: "admin" });
  expect((await ask()).body).toMatchObject([{ state: "drained" }]);
  const again = await ask("/a/drain", { method: "POST" });
  expect(again.body.drained_since).toBe(drained.body.drained_since);
  const released = await ask("/a/release", { method: "POST" });
  // It has not heard of that yet.
  expect(released.body).toMatchObject({ state: "drained", drained_by: null, drained_since: null });
  expect(await report("a")).toBeUndefined();
  expect((await ask()).body).toMatchObject([{ state: "idle" }]);
  const told = () =>
    lines().flatMap(({ msg, worker, action, user, client }) =>
      msg === "an operator acted on a worker" ? [[worker, action, user, client].join()] : [],
    );
  await until("the lines", () => told().length === 3);
  expect(told()).toEqual(
    ["drain", "drain", "release"].map((action) => `a,${action},admin,127.0.0.1`),
  );
});

test.each([
  ["/nobody/drain", 404, 'there is no worker "nobody"'],
  ["/nobody/release", 404, 'there is no worker "nobody"'],
  ["/a/stop", 404, 'a worker cannot "stop", expected one of: drain, release'],
])("answers POST %s with %i, and why", async (path, status, text) => {
  const { ask, report } = await openConsole();
  await report("a");
  const answer = await ask(path, { method: "POST" });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
});

test("operators who can only look drain no worker, and are shown no button", async () => {
  const { ask, readPage, report } = await openConsole({ readOnly: true });
  await report("a");
  for (const action of ["drain", "release"]) {
    expect(await ask(`/a/${action}`, { method: "POST" })).toMatchObject({
      status: 403,
      text: "operators can only look here: BOARD_READ_ONLY is true",
    });
  }
  expect(await report("a")).toBeUndefined();
  expect(await readPage()).not.toMatch(/<form[^>]*\/workers\//);
});

test("another site's form drains no worker", async () => {
  const { boardUrl, report } = await openConsole();
  await report("a");
  const response = await fetch(`${boardUrl}/workers/a/drain`, {
    method: "POST",
    headers: {
      authorization: boardAuthorization,
      origin: "https://elsewhere.example",
      "content-type": "application/x-www-form-urlencoded",
    },
  });
  expect(response.status).toBe(403);
  expect(await report("a")).toBeUndefined();
});
