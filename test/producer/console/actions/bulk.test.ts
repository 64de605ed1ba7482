import { expect, test } from "vitest";
import { endShare, takeShare } from "../../../../src/queue/bulk-leases.ts";
import { bulkKeys, startBulk } from "../../../../src/queue/bulk-records.ts";
import { openRedis } from "../../../../src/queue/connection.ts";
import { createQueue } from "../../../../src/queue/queue.ts";
import { readActs } from "../../../../src/queue/job-acts.ts";
import { submitDivision } from "../../../support/client.ts";
import { askConsole, startConsole } from "../../../support/console.ts";
import { addFailedJobs } from "../../../support/failed-jobs.ts";
import { spawnProducer } from "../../../support/processes.ts";
import { ownRedis } from "../../../support/redis.ts";
import { until } from "../../../support/until.ts";

type Ask = Awaited<ReturnType<typeof startConsole>>["ask"];

async function untilListed(ask: Ask, state: string, count: number) {
  await until(`${count} jobs that are ${state}`, async () => {
    const { status, body } = await ask(`/jobs?state=${state}`);
    return status === 200 && body.counts[state] === count && body.index.phase === "following";
  });
}

async function untilOver(ask: Ask, id: string) {
  return until("the run to end", async () => {
    const { body } = await ask(`/api/v1/actions/${id}`);
    return body.state !== "running" && body;
  });
}

test("all failed jobs that match are retried, and what has moved meanwhile is told", async () => {
  const { ask, look, queue, redis } = await startConsole();
  const ids = await addFailedJobs(queue, redis, 120);
  await untilListed(ask, "failed", 120);
  const page = await look("/jobs?state=failed");
  expect(page).toContain('href="/actions/new?action=retry&amp;state=failed"');
  expect(await look("/actions/new?action=retry&state=failed")).toContain("<h1>Retry 120 jobs</h1>");

  const form = { action: "retry", filter: "state=failed", reason: "mended" };
  const started = await ask("/actions", { form });
  expect(started.status).toBe(303);
  const id = started.location?.split("/").at(-1) ?? "";
  expect(await untilOver(ask, id)).toMatchObject({
    state: "done",
    total: 120,
    done: 120,
    refused: 0,
    failed: 0,
    by: "admin",
    reason: "mended",
  });
  expect(await queue.getWaitingCount()).toBe(120);
  const [one = ""] = ids;
  expect(await readActs(queue, redis, one)).toMatchObject([
    { by: "admin", action: "retry", reason: "mended", bulk: id },
  ]);
  expect((await ask("/audit?on=jobs")).body.entries).toMatchObject([
    { action: "retry", target: "state=failed", outcome: "done", reason: "mended" },
  ]);
  expect(await look(`/actions/${id}`)).toContain('<span class="pill good">done</span>');
});

test("a run tells of each job that it could not act on, and why", async () => {
  const { ask, look, queue, redis, url } = await startConsole();
  const [first = ""] = await addFailedJobs(queue, redis, 1);
  const { id: waiting } = await submitDivision(url, { x: 1, y: 1 });
  const jobs = [first, waiting, "a".repeat(26)].map((id) => ({ queue: queue.name, id }));
  const run = await startBulk(queue, redis, { action: "retry", by: "me", filter: "", jobs });
  expect(await untilOver(ask, run)).toMatchObject({
    done: 1,
    refused: 2,
    unserved: [
      { id: waiting, why: "it has not ended" },
      { id: "a".repeat(26), why: "there is no such job any more" },
    ],
  });
  expect(await look(`/actions/${run}`)).toContain("there is no such job any more");
});

test("jobs that wait are cancelled, and those that have ended deleted, by what the filter says", async () => {
  const { ask, queue, redis, url } = await startConsole();
  await addFailedJobs(queue, redis, 3);
  await submitDivision(url, { x: 1, y: 1 });
  await untilListed(ask, "waiting", 1);
  const cancelled = await ask("/api/v1/actions", { json: { action: "cancel", filter: "" } });
  expect([cancelled.status, cancelled.body.total]).toEqual([202, 1]);
  await untilOver(ask, cancelled.body.id);
  await untilListed(ask, "failed", 4);
  const deleted = await ask("/api/v1/actions", {
    json: { action: "delete", filter: "class=cancelled_by_user" },
  });
  expect(await untilOver(ask, deleted.body.id)).toMatchObject({ done: 4, refused: 0 });
  expect(await queue.getFailedCount()).toBe(0);
});

test("orders that make no sense or match nothing begin nothing", async () => {
  const { ask } = await startConsole();
  await untilListed(ask, "failed", 0);
  const orders: [object, number, string][] = [
    [{ action: "retry", filter: "" }, 409, "no job matches"],
    [{ action: "sing", filter: "" }, 422, '"action"'],
    [{ action: "retry", filter: "state=working" }, 422, "working"],
    [{ action: "retry", filter: "text=x" }, 422, "text"],
    [{ action: "retry", filter: "colour=red" }, 422, "colour"],
  ];
  for (const [json, status, text] of orders) {
    const answer = await ask("/api/v1/actions", { json });
    expect([answer.status, answer.words]).toEqual([status, expect.stringContaining(text)]);
  }
  expect((await ask("/api/v1/actions/nothing")).status).toBe(404);
});

test("an order whose filter is left out or has come out empty acts on no job, and says so", async () => {
  const { ask, queue, url } = await startConsole();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await untilListed(ask, "waiting", 1);
  const filters: [string | undefined, string][] = [
    [undefined, '"" for all jobs'],
    ["id=", "id: got"],
    ["id", "id: got"],
    ["task=&queue=", "task: got"],
    ["state=waiting&task=", "task: got"],
    ["state=,", "state: got"],
    ["state=waiting,", "state: got"],
    ["?", '"" for all jobs'],
    ["&", '"" for all jobs'],
    ["limit=1", "limit: unknown, expected one of"],
  ];
  const answers = filters.map(([filter]) =>
    ask("/api/v1/actions", { json: { action: "cancel", filter } }),
  );
  expect((await Promise.all(answers)).map(({ status, words }) => [status, words])).toEqual(
    filters.map(([, words]) => [422, expect.stringContaining(words)]),
  );
  const form = await ask("/actions", { form: { action: "cancel", filter: "task=" } });
  expect([form.status, form.words]).toEqual([422, expect.stringContaining("expected a value")]);
  expect((await ask("/api/v1/actions")).body).toEqual({ runs: [] });
  expect((await queue.getJob(id))?.finishedOn).toBeUndefined();
  const ordered = await ask("/actions", { form: { action: "cancel", filter: "" } });
  expect(ordered.status).toBe(303);
  await untilListed(ask, "failed", 1);
});

test("a run that is told to stop leaves the rest alone", async () => {
  const { ask, queue, redis } = await startConsole();
  const ids = await addFailedJobs(queue, redis, 400);
  const jobs = ids.map((id) => ({ queue: queue.name, id }));
  const run = await startBulk(queue, redis, { action: "retry", by: "me", filter: "", jobs });
  const stopped = await ask(`/api/v1/actions/${run}/stop`, { method: "POST" });
  expect(stopped.status).toBe(200);
  const { state, done } = await untilOver(ask, run);
  expect([state, await queue.getWaitingCount()]).toEqual(["stopped", done]);
  expect((await ask(`/api/v1/actions/${run}/stop`, { method: "POST" })).status).toBe(409);
});

test("the latest runs are listed, the latest first, with how far each is", async () => {
  const { ask, look, queue, redis } = await startConsole({ readOnly: true });
  const empty = await look("/actions");
  expect(empty).toContain("choose some by a filter");
  expect((await ask("/actions")).body).toEqual({ runs: [] });
  const [one = ""] = await addFailedJobs(queue, redis, 1);
  const jobs = [one, "a".repeat(26)].map((id) => ({ queue: queue.name, id }));
  const order = { action: "retry", by: "me", filter: "state=failed", reason: "<b>", jobs } as const;
  const runs: string[] = [];
  for (let i = 0; i < 52; i += 1) runs.unshift(await startBulk(queue, redis, order));
  const [latest = ""] = runs;
  const { body } = await ask("/api/v1/actions");
  expect(body.runs.map(({ id }: { id: string }) => id)).toEqual(runs.slice(0, 50));
  expect(body.runs[0]).toMatchObject({ by: "me", action: "retry", total: 2, state: "running" });
  expect(body.runs[0].unserved).toBeUndefined();
  const page = await look("/actions");
  expect(page).toMatch(new RegExp(`<a href="/actions/${latest}">Retry 2 jobs</a>`));
  expect(page).toContain("<small>state: failed</small>");
  expect(page).toContain("<small>&lt;b&gt;</small>");
  for (const from of ["/audit", `/actions/${latest}`]) {
    expect(await look(from)).toContain('href="/actions"');
  }
});

test("who has lost a run to another producer notes nothing of it", async () => {
  const { queue, redis, close } = await startConsole();
  await close();
  const client = openRedis({ url: redisUrlOf(redis), password: undefined }, "background");
  const home = createQueue(client, queue.name);
  await until("Redis", () => client.status === "ready");
  const jobs = Array.from({ length: 3 }, (_, i) => ({ queue: home.name, id: `job${i}` }));
  const id = await startBulk(home, client, { action: "retry", by: "me", filter: "", jobs });
  const [one, other] = ["one", "other"].map((owner) => ({ id, owner }));
  if (one === undefined || other === undefined) throw new Error("expected two");
  expect(await takeShare(home, client, one)).toMatchObject({ kind: "jobs", from: 0, jobs });
  expect(await takeShare(home, client, other)).toEqual({ kind: "held" });
  await client.hset(bulkKeys(home, id).run, "lease_until", 1);
  expect(await takeShare(home, client, other)).toMatchObject({ kind: "jobs", from: 0 });
  const end = { done: 3, refused: 0, failed: 0, unserved: [] };
  expect(await endShare(home, client, one, { from: 0, jobs: 3, end })).toBe(false);
  expect(await endShare(home, client, other, { from: 0, jobs: 3, end })).toBe(true);
  expect(await takeShare(home, client, other)).toEqual({ kind: "over" });
  client.disconnect();
});

function redisUrlOf({
  options: { host, port },
}: {
  readonly options: { host?: string; port?: number };
}) {
  return `redis://${host}:${port}`;
}

test("a run goes on where a producer was killed in the middle of it, and acts on no job twice", async () => {
  const server = await ownRedis();
  const redis = openRedis({ url: server.url, password: undefined }, "background");
  redis.on("error", () => undefined);
  const queue = createQueue(redis);
  await until("Redis", () => redis.status === "ready");
  const count = 1_000;
  const ids = await addFailedJobs(queue, redis, count);
  const first = await spawnProducer(server.url, { BOARD_READ_ONLY: "false" });
  const askFirst: Ask = (path, asking) => askConsole(first.boardUrl, path, asking);
  await untilListed(askFirst, "failed", count);
  const { body } = await askFirst("/api/v1/actions", { json: { action: "retry", filter: "" } });
  await until(
    "some of it",
    async () => (await redis.hget(bulkKeys(queue, body.id).run, "done")) !== "0",
  );
  await first.stop("SIGKILL");
  const done = Number(await redis.hget(bulkKeys(queue, body.id).run, "done"));
  expect(done).toBeLessThan(count);

  const second = await spawnProducer(server.url, { BOARD_READ_ONLY: "false" });
  const run = await untilOver((path, asking) => askConsole(second.boardUrl, path, asking), body.id);
  expect(run).toMatchObject({ state: "done", total: count, done: count, refused: 0, failed: 0 });
  expect(await queue.getWaitingCount()).toBe(count);
  const acts = await Promise.all(ids.map((id) => readActs(queue, redis, id)));
  expect(acts.filter((kept) => kept.length !== 1)).toEqual([]);
  redis.disconnect();
});
