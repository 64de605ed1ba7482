import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { queues } from "../../../src/contract/queues.ts";
import { readJob } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { keepSchedule, readSlots, scheduledTask } from "../../support/scheduled.ts";
import { collectLog } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";

const schedule = { cron: "30 2 * * *", timeZone: "Europe/Zurich", input: { days: 7 } };
const tasks = new Map([["report", scheduledTask(schedule)]]);

/** Asks as an operator does; the schedule is known already, in each of the queues. */
async function openConsole({
  readOnly = false,
  furtherQueues = [],
}: { readonly readOnly?: boolean; readonly furtherQueues?: readonly string[] } = {}) {
  const { log, lines } = collectLog();
  const further = Object.fromEntries(furtherQueues.map((name) => [name, queues.default]));
  const producer = await startProducer({ tasks, readOnly, log, further });
  const names = [producer.name, ...furtherQueues];
  for (const name of names) keepSchedule(name, { schedule });
  const ask = async (method: string, path = "") => {
    const response = await fetch(`${producer.boardUrl}/schedules${path}`, {
      method,
      headers: { authorization: boardAuthorization },
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  };
  await until("the schedule", async () => (await ask("GET")).body.length === names.length);
  return { ...producer, ask, lines };
}

test("operators see when a schedule runs", async () => {
  const { ask, name } = await openConsole();
  const { status, body } = await ask("GET");
  expect(status).toBe(200);
  expect(body).toEqual([
    {
      key: "report",
      task: "report",
      queue: name,
      timetable: { cron: "30 2 * * *", timeZone: "Europe/Zurich" },
      next_slot: expect.stringMatching(/T0[01]:30:00.000Z$/),
      late_seconds: 0,
      last_slot: null,
      last_job: null,
      paused_since: null,
    },
  ]);
});

test("an operator runs a schedule at once, which is no slot of it", async () => {
  const { ask, url, queue, lines } = await openConsole();
  const { status, body } = await ask("POST", "/report/run");
  expect(status).toBe(202);
  expect(await readJob(url, body.id)).toMatchObject({
    task: "report",
    input: { days: 7 },
    schedule: { key: "report" },
  });
  expect(await readSlots(queue)).toEqual([]);
  const page = await (await fetch(`${url}/jobs/${body.id}`)).text();
  expect(page).toMatch(/<code>report<\/code>,\s+at an operator&#39;s request/);
  expect((await ask("GET")).body).toMatchObject([{ last_slot: null }]);
  await until("the line", () =>
    lines().some(
      ({ msg, schedule: key, action, user }) =>
        msg === "an operator acted on a schedule" &&
        [key, action, user].join() === "report,run,admin",
    ),
  );
});

test("an operator pauses a schedule and resumes it", async () => {
  const { ask, url } = await openConsole();
  const paused = await ask("POST", "/report/pause");
  expect(paused).toMatchObject({ status: 200, body: { key: "report", next_slot: null } });
  expect(Date.parse(paused.body.paused_since)).toBeGreaterThan(Date.now() - 60_000);
  await until("the overview", async () => {
    const page = await (await fetch(`${url}/overview`)).text();
    return /<tr data-schedule="report">[^/]*<\/th>\s*<td data-next>paused</.test(page);
  });
  expect((await ask("POST", "/report/resume")).body).toMatchObject({
    paused_since: null,
    next_slot: expect.any(String),
  });
});

test("a pause holds in both queues of a task that moves from one to the other", async () => {
  const { ask } = await openConsole({ furtherQueues: [`test-${randomUUID()}`] });
  await ask("POST", "/report/pause");
  const paused = { paused_since: expect.any(String) };
  expect((await ask("GET")).body).toMatchObject([paused, paused]);
  await ask("POST", "/report/resume");
  const resumed = { paused_since: null };
  expect((await ask("GET")).body).toMatchObject([resumed, resumed]);
});

test.each([
  ["POST", "/nothing/run", 404, 'there is no schedule "nothing"'],
  ["POST", "/nothing/pause", 404, 'there is no schedule "nothing"'],
  ["POST", "/report/stop", 404, 'a schedule cannot "stop", expected one of: run, pause, resume'],
])("answers %s %s with %i, and why", async (method, path, status, text) => {
  const { ask } = await openConsole();
  const answer = await ask(method, path);
  expect(answer.status).toBe(status);
  expect(answer.body).toContain(text);
});

test("operators who can only look can change no schedule, and nobody else sees any", async () => {
  const { ask, boardUrl, queue } = await openConsole({ readOnly: true });
  for (const action of ["run", "pause", "resume"]) {
    const answer = await ask("POST", `/report/${action}`);
    expect(answer).toEqual({
      status: 403,
      body: "operators can only look here: BOARD_READ_ONLY is true",
    });
  }
  expect(await queue.getWaitingCount()).toBe(0);
  expect((await fetch(`${boardUrl}/schedules`)).status).toBe(401);
  const foreign = await fetch(`${boardUrl}/schedules/report/run`, {
    method: "POST",
    headers: { authorization: boardAuthorization, "sec-fetch-site": "cross-site" },
  });
  expect(foreign.status).toBe(403);
});
