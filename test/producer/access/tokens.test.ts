import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseUsers } from "../../../src/producer/console/users-file.ts";
import { createToken, hashToken } from "../../../src/producer/access/token.ts";
import { readSubmitter } from "../../../src/queue/job-owner.ts";
import { idsOf, submitBatch } from "../../support/batch.ts";
import { postJson, readBody, submitDivision } from "../../support/client.ts";
import { problem, readProblem } from "../../support/problem.ts";
import { startProducer } from "../../support/producer.ts";
import { collectLog } from "../../support/telemetry.ts";
import { addToken, type TestToken, writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";

const division = { x: 6, y: 3, delayMs: 0 };
const unknown = "the token is not known, or no longer";

const ask = async (url: string, authorization: string) =>
  (await fetch(url, { headers: { authorization } })).status;

test("a token submits under its name, and sees and cancels what it has submitted", async () => {
  const { usersFile, submit } = writeTokens();
  const { url, queue } = await startProducer({ usersFile });
  const { id } = await submitDivision(url, division, submit.headers);
  expect(readSubmitter((await queue.getJob(id))?.opts ?? {})).toBe("submit-token");
  const seen = await readBody(await fetch(`${url}/api/v1/jobs/${id}`, submit));
  expect(seen).toMatchObject({ id, status: "waiting", submitter: "submit-token" });
  expect((await fetch(`${url}/api/v1/jobs/${id}/log`, submit)).status).toBe(200);
  const cancelled = await postJson(`${url}/api/v1/jobs/${id}/cancel`, {}, submit.headers);
  expect([cancelled.status, await readBody(cancelled)]).toEqual([
    200,
    expect.objectContaining({ error_type: "cancelled_by_user" }),
  ]);
});

test("each submitter has Idempotency-Keys of their own, and strangers share theirs", async () => {
  const { usersFile, submit } = writeTokens();
  const other = addToken(usersFile, "other", "submit");
  const { url } = await startProducer({ usersFile });
  const key = { "idempotency-key": "order-4711" };
  const idFor = async (headers: Record<string, string>) =>
    (await submitDivision(url, division, { ...key, ...headers })).id;
  const inBatch = async (headers: Record<string, string>) => {
    const row = { task: "quotient", input: division, idempotency_key: "order-4711" };
    return idsOf(await submitBatch(url, [row], headers))[0];
  };
  const senders = [{}, submit.headers, other.headers];
  const ids: string[] = [];
  for (const headers of senders) ids.push(await idFor(headers));
  expect(new Set(ids).size).toBe(3);
  for (const [i, headers] of senders.entries()) {
    expect([await idFor(headers), await inBatch(headers)]).toEqual([ids[i], ids[i]]);
  }
});

test("of a job of others a token that submits is told as of one that there is not", async () => {
  const { usersFile, submit } = writeTokens();
  const other = addToken(usersFile, "other", "submit");
  const { url } = await startProducer({ usersFile });
  const { id } = await submitDivision(url, division, other.headers);
  const { id: strangers } = await submitDivision(url, division);
  const nowhere = "a".repeat(26);
  for (const one of [id, strangers, nowhere]) {
    const detail = `there is no job "${one}" that "submit-token" has submitted, or it is no longer kept`;
    for (const path of ["", "/log", "/events"]) {
      const answer = await fetch(`${url}/api/v1/jobs/${one}${path}`, submit);
      expect(await readProblem(answer)).toEqual(problem(404, detail));
    }
    const cancel = await postJson(`${url}/api/v1/jobs/${one}/cancel`, {}, submit.headers);
    expect(await readProblem(cancel)).toEqual(problem(404, detail));
    expect((await fetch(`${url}/jobs/${one}`, submit)).status).toBe(404);
  }
});

test("a token that submits sees what an operator has made from its job, and does not cancel it", async () => {
  const { usersFile, submit, operate } = writeTokens();
  const other = addToken(usersFile, "other", "submit");
  const limits = { unfinishedPerClient: 100 };
  const { url, boardUrl } = await startProducer({ usersFile, readOnly: false, limits });
  const { id } = await submitDivision(url, division, submit.headers);
  const path = `/api/v1/jobs/${id}/resubmit`;
  const made = await readBody(await postJson(boardUrl + path, {}, operate.headers));
  const older = await readBody(await fetch(`${url}/api/v1/jobs/${id}`, submit));
  expect(older).toMatchObject({ resubmitted_as: [made.id] });
  const statusesFor = async ({ headers }: TestToken) => {
    const places = [`/api/v1/jobs/${made.id}`, `/api/v1/jobs/${made.id}/log`, `/jobs/${made.id}`];
    const reads = places.map(async (place) => (await fetch(url + place, { headers })).status);
    const cancel = await postJson(`${url}/api/v1/jobs/${made.id}/cancel`, {}, headers);
    return [...(await Promise.all(reads)), cancel.status];
  };
  expect(await statusesFor(submit)).toEqual([200, 200, 200, 403]);
  expect(await statusesFor(other)).toEqual([404, 404, 404, 404]);
});

test("a token that views sees any job and who submitted it, and acts on none", async () => {
  const { usersFile, submit, view } = writeTokens();
  const { url, queue } = await startProducer({ usersFile });
  const { id } = await submitDivision(url, division, submit.headers);
  const seen = await readBody(await fetch(`${url}/api/v1/jobs/${id}`, view));
  expect(seen).toMatchObject({ id, submitter: "submit-token" });
  const cancel = await postJson(`${url}/api/v1/jobs/${id}/cancel`, {}, view.headers);
  const add = await postJson(
    `${url}/api/v1/jobs`,
    { task: "quotient", input: division },
    view.headers,
  );
  const refusal = problem(
    403,
    'the token "view-token" may look at jobs, and submit or cancel none',
  );
  expect([await readProblem(cancel), await readProblem(add)]).toEqual([refusal, refusal]);
  expect(await queue.getJobCounts("waiting", "failed")).toEqual({ waiting: 1, failed: 0 });
});

test("a token that operates cancels any job, unless operators can only look", async () => {
  const { usersFile, operate } = writeTokens();
  const limits = { unfinishedPerClient: 10 };
  for (const readOnly of [false, true]) {
    const { url } = await startProducer({ usersFile, readOnly, limits });
    const { id } = await submitDivision(url, division);
    const answer = await postJson(`${url}/api/v1/jobs/${id}/cancel`, {}, operate.headers);
    expect(answer.status).toBe(readOnly ? 403 : 200);
  }
});

test.each([
  ["another one", `Bearer ${createToken()}`],
  ["none", "Bearer"],
  ["one in lower case", `bearer ${createToken()}`],
])("a wrong token is refused where a stranger is not: %s", async (_, authorization) => {
  const { usersFile, submit } = writeTokens();
  const { url, boardUrl, queue } = await startProducer({ usersFile });
  const headers = { authorization };
  const body = { task: "quotient", input: division };
  const answers = [
    await postJson(`${url}/api/v1/jobs`, body, headers),
    await fetch(`${url}/api/v1/overview`, { headers }),
    await fetch(`${boardUrl}/schedules`, { headers }),
  ];
  for (const answer of answers) {
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="Tripod", error="invalid_token"',
    );
    expect(await readProblem(answer)).toEqual(problem(401, unknown));
  }
  expect((await fetch(url, { headers })).status).toBe(401);
  expect(await queue.getWaitingCount()).toBe(0);
  expect((await fetch(`${url}/api/v1/overview`, submit)).status).toBe(200);
});

test("who sends many wrong tokens is heard no more, and who has a right one still is", async () => {
  const { usersFile, submit } = writeTokens();
  const { log, lines } = collectLog();
  const { url, boardUrl } = await startProducer({ usersFile, log });
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess += 1) {
    statuses.push(await ask(url, `Bearer ${createToken()}`));
    statuses.push(await ask(boardUrl, `Bearer ${createToken()}`));
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  expect(await ask(url, submit.headers.authorization)).toBe(200);
  const refused = lines().filter(({ msg }) => String(msg).startsWith("token refused"));
  expect(refused.map(({ line }) => line)).toEqual([
    ...Array<string>(10).fill("login_refused"),
    "login_limited",
    "login_limited",
  ]);
});

test("a token that is removed is refused within ten seconds, and its open stream ends", async () => {
  const { usersFile, submit, view } = writeTokens();
  const { url } = await startProducer({ usersFile });
  const { id } = await submitDivision(url, division, submit.headers);
  const stream = await fetch(`${url}/api/v1/jobs/${id}/events`, submit);
  const other = await fetch(`${url}/api/v1/jobs/${id}/events`, view);
  expect([stream.status, other.status]).toEqual([200, 200]);
  const over = stream.text().catch(() => undefined);
  let isOver = false;
  void over.then(() => (isOver = true));
  const left = readFileSync(usersFile, "utf8").replace(/^submit-token:.*\n/m, "");
  writeFileSync(usersFile, left);
  await until(
    "the token to be refused",
    async () => (await fetch(`${url}/api/v1/jobs/${id}`, submit)).status === 401,
    10_000,
    1_000,
  );
  await until("its stream to end", async () => isOver, 10_000);
  // That of the other token goes on.
  const reader = other.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  await reader?.cancel();
});

test("on the operators' listener a token views or operates, and one that submits has no business there", async () => {
  const { usersFile, submit, view, operate } = writeTokens();
  const { log, lines } = collectLog();
  const { url, boardUrl } = await startProducer({ usersFile, readOnly: false, log });
  const { id } = await submitDivision(url, division);
  const look = async (init: RequestInit) => (await fetch(`${boardUrl}/schedules`, init)).status;
  expect([await look(submit), await look(view), await look(operate)]).toEqual([403, 200, 200]);
  const cancel = (token: typeof view) =>
    postJson(`${boardUrl}/jobs/${id}/cancel`, {}, token.headers);
  expect(await readProblem(await cancel(view))).toEqual(
    problem(403, '"view-token" is a viewer, expected an operator for that'),
  );
  expect((await cancel(operate)).status).toBe(200);
  expect(lines()).toContainEqual(
    expect.objectContaining({ msg: "an operator acted on a job", user: "operate-token" }),
  );
});

test("tokens are told from users by their lines, and a wrong line lets nobody in", () => {
  const hash = hashToken(createToken());
  const text = [`ci:submit:${hash}`, `ci:view:${hash}`, `x:viewer:${hash}`, "y:submit:abc"].join(
    "\n",
  );
  expect(parseUsers(text)).toEqual({
    users: [],
    tokens: [{ name: "ci", role: "submit", hash }],
    problems: [
      'line 2: the name "ci" is there twice',
      "line 3: the role of a token must be one of: submit, view, operate",
      "line 4: the hash of a token must be 64 digits, as npm run user writes it",
    ],
  });
});
