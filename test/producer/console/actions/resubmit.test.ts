import { expect, test } from "vitest";
import { keyField, reasonField } from "../../../../src/contract/forms.ts";
import { readAudit } from "../../../../src/queue/audit.ts";
import { createRandomId } from "../../../../src/queue/job-id.ts";
import { readJob, submitDivision, untilFinal } from "../../../support/client.ts";
import { type Asking, startConsole } from "../../../support/console.ts";
import { createPrioritizedTasks, createSubmit } from "../../../support/prioritized-tasks.ts";
import { boardLogin } from "../../../support/producer.ts";
import { ownRedis } from "../../../support/redis.ts";
import { signIn } from "../../../support/sign-in.ts";
import { authorizationOf, writeUsers } from "../../../support/users.ts";
import { startWorker } from "../../../support/worker.ts";

const everything = { filter: {}, count: 100 };
const good = { x: "7", y: "2", delayMs: "0" };

function valueOf(page: string, name: string): string | undefined {
  const control = page.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0] ?? "";
  return /value="([^"]*)"/.exec(control)?.[1];
}

test("an operator edits a job's input in its task's form: each of the two jobs tells of the other", async () => {
  const usersFile = await writeUsers("operator");
  const { url, name, ask, look, queue, redis } = await startConsole({ usersFile });
  const as = authorizationOf("operator");
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 7, y: 0 });
  await untilFinal(url, id);
  const place = `/jobs/${id}/resubmit`;
  expect(await look(`/jobs/${id}`, as)).toContain(`href="${place}">Edit and resubmit`);
  const form = await look(place, as);
  expect(["x", "y", "delayMs"].map((field) => valueOf(form, field))).toEqual(["7", "0", "0"]);
  const fields = { ...good, [keyField]: valueOf(form, keyField) ?? "", [reasonField]: "a <b>slip" };
  const first = await ask(place, { as, form: fields });
  const second = await ask(place, { as, form: fields });
  expect([first.status, second.status, second.location]).toEqual([303, 303, first.location]);
  const made = first.location?.replace("/jobs/", "") ?? "";
  expect(await untilFinal(url, made)).toMatchObject({ result: 3.5, input: { x: 7, y: 2 } });
  const page = await look(`/jobs/${made}`);
  expect(page).toMatch(new RegExp(`resubmitted from\\s+<a href="/jobs/${id}">`));
  expect(page).toMatch(/<\/time>\s+by operator/);
  const older = await look(`/jobs/${id}`);
  expect(older).toMatch(new RegExp(`Resubmitted as</h2>[^]+<a href="/jobs/${made}">`));
  expect(older.match(/operator: resubmit/g)).toHaveLength(1);
  expect(older).toContain("a &lt;b&gt;slip");
  const { entries } = await readAudit(queue, redis, everything);
  const end = { outcome: "done", detail: `as the job "${made}"` };
  const entry = { by: "operator", from: "127.0.0.1", on: "job", target: id, end };
  expect(entries).toMatchObject([
    { ...entry, action: "resubmit", reason: "a <b>slip" },
    { ...entry, action: "resubmit" },
  ]);
  const told = await fetch(`${url}/jobs/${id}`);
  expect(await told.text()).not.toContain("slip");
});

test("programs resubmit a job as it is or with another input, once for each Idempotency-Key", async () => {
  const { url, ask, queue } = await startConsole();
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const path = `/api/v1/jobs/${id}/resubmit`;
  const same = await ask(path, { method: "POST" });
  expect([same.status, same.body.input]).toEqual([202, { x: 1, y: 0, delayMs: 0 }]);
  const headers = { "idempotency-key": "once" };
  const json = { input: { x: 1, y: 4, delayMs: 0 }, delayMs: 60_000, reason: "it was zero" };
  const other = await ask(path, { json, headers });
  const again = await ask(path, { json, headers });
  expect([other.status, again.body.id]).toEqual([202, other.body.id]);
  expect(await readJob(url, other.body.id)).toMatchObject({
    input: { x: 1, y: 4 },
    waiting: { reason: "delayed" },
  });
  expect((await ask(path, { json: { input: { x: 3, y: 4 } }, headers })).status).toBe(409);
  expect(await readJob(url, id)).toMatchObject({
    resubmitted: 2,
    resubmitted_as: [other.body.id, same.body.id],
  });
  expect([await queue.getWaitingCount(), await queue.getDelayedCount()]).toEqual([2, 1]);
});

test("an operator is told where another job has the unique key, and nothing new was made", async () => {
  const { tasks } = createPrioritizedTasks({ unique: ({ n }) => String(n) });
  const { url, ask, queue, redis } = await startConsole({ tasks });
  const submit = createSubmit(url);
  const [first, second] = [await submit("normal", 1), await submit("normal", 2)];
  const json = { input: { n: 2 } };
  const { status, body } = await ask(`/api/v1/jobs/${first}/resubmit`, { json });
  expect([status, body.detail]).toEqual([409, expect.stringContaining(`the job "${second}"`)]);
  expect(await queue.count()).toBe(2);
  const { entries } = await readAudit(queue, redis, everything);
  expect(entries).toMatchObject([{ target: first, end: { outcome: "refused" } }]);
});

test("what cannot be resubmitted is told to programs as a problem, and queues nothing", async () => {
  const { url, ask, queue } = await startConsole();
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const [former, damaged] = [createRandomId(), createRandomId()];
  await queue.add("former", { a: 1 }, { jobId: former });
  await queue.add("quotient", "no object", { jobId: damaged });
  const send = async (job: string, asking: Asking) => {
    const { status, body } = await ask(`/api/v1/jobs/${job}/resubmit`, asking);
    return { answered: status, ...body };
  };
  const nothing = { method: "POST" };
  expect(await send("nobody", nothing)).toMatchObject({ answered: 404, status: 404 });
  expect(await send(former, nothing)).toMatchObject({
    status: 409,
    detail: expect.stringContaining('the task "former"'),
  });
  expect(await send(damaged, nothing)).toMatchObject({
    status: 409,
    detail: expect.stringContaining("damaged, expected another one"),
  });
  expect(await send(id, { json: { input: { x: "one" } } })).toMatchObject({
    status: 422,
    errors: expect.arrayContaining([{ pointer: "/input/x", detail: expect.any(String) }]),
  });
  expect(await send(id, { json: { reason: "a".repeat(201) } })).toMatchObject({
    status: 422,
    errors: [{ pointer: "/reason", detail: expect.stringContaining("200 at most") }],
  });
  expect(await send(id, { json: { runAt: "2026-12-01T02:00:00Z", delayMs: 1 } })).toMatchObject({
    status: 422,
    errors: [{ pointer: "/delayMs" }],
  });
  expect(await send(id, { json: { task: "other" } })).toMatchObject({ status: 422 });
  expect(await queue.getWaitingCount()).toBe(3);
});

test("who can only look is led to no form of a job, is shown none, and makes no job", async () => {
  const usersFile = await writeUsers("viewer");
  for (const [readOnly, as] of [
    [true, undefined],
    [false, authorizationOf("viewer")],
  ] as const) {
    const { url, ask, look, queue } = await startConsole({ readOnly, usersFile });
    const { id } = await submitDivision(url, { x: 1, y: 0 });
    expect(await look(`/jobs/${id}`, as)).not.toContain("Edit and resubmit");
    const page = await look(`/jobs/${id}/resubmit`, as);
    expect(page).toContain("Only an operator can resubmit a job");
    expect(page).not.toContain(keyField);
    const sent = await ask(`/jobs/${id}/resubmit`, { form: good, ...(as && { as }) });
    const api = await ask(`/api/v1/jobs/${id}/resubmit`, { method: "POST", ...(as && { as }) });
    expect([sent.status, api.status, await queue.getWaitingCount()]).toEqual([403, 403, 1]);
  }
});

test("a form that is refused, or cannot be taken now, keeps what was typed", async () => {
  const { url, ask, queue, redis } = await startConsole({
    limits: { unfinishedPerClient: 1 },
  });
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const place = `/jobs/${id}/resubmit`;
  const typed = { x: "abc", y: "41", delayMs: "0", [keyField]: "key", [reasonField]: "why not" };
  const wrong = await ask(place, { form: typed });
  expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining("Not submitted")]);
  expect(["x", "y", keyField, reasonField].map((field) => valueOf(wrong.text, field))).toEqual([
    "abc",
    "41",
    "key",
    "why not",
  ]);
  const long = await ask(place, { form: { ...typed, x: "1", [reasonField]: "a".repeat(201) } });
  expect([long.status, long.text]).toEqual([422, expect.stringContaining("200 at most")]);
  expect((await ask(place, { form: good })).status).toBe(303);
  const full = await ask(place, { form: { ...typed, x: "1" } });
  expect([full.status, full.text]).toEqual([429, expect.stringContaining("Try again")]);
  expect(["y", reasonField].map((field) => valueOf(full.text, field))).toEqual(["41", "why not"]);
  expect(full.text).toContain(`action="${place}"`);
  expect(await queue.getWaitingCount()).toBe(2);
  const { entries } = await readAudit(queue, redis, everything);
  expect(entries.map(({ end }) => end?.outcome)).toEqual(["refused", "done", "refused"]);
});

test("while Redis is away a form keeps what was typed, whoever notices that first", async () => {
  const server = await ownRedis();
  const { url, boardUrl, ask } = await startConsole({ redisUrl: server.url });
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const { cookie } = await signIn(boardUrl, boardLogin);
  await server.signal("SIGKILL");
  const place = `/jobs/${id}/resubmit`;
  const form = { ...good, y: "41", [keyField]: "key", [reasonField]: "why not" };
  const senders: Asking[] = [{ form }, { form, as: "", headers: { cookie } }];
  for (const sender of senders) {
    const sent = await ask(place, sender);
    expect([sent.status, sent.text]).toEqual([503, expect.stringContaining("Try again")]);
    expect(["y", keyField, reasonField].map((field) => valueOf(sent.text, field))).toEqual([
      "41",
      "key",
      "why not",
    ]);
    expect(sent.text).toContain(`action="${place}"`);
  }
});

test("the new job is the operator's, among whose jobs it counts, and not its first client's", async () => {
  const { url, ask } = await startConsole({ limits: { unfinishedPerClient: 1 } });
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const path = `/api/v1/jobs/${id}/resubmit`;
  const first = await ask(path, { method: "POST" });
  const second = await ask(path, { method: "POST" });
  expect([first.status, second.status]).toEqual([202, 429]);
  const cancel = await fetch(`${url}/api/v1/jobs/${first.body.id}/cancel`, { method: "POST" });
  expect(cancel.status).toBe(403);
});
