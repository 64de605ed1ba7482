import { expect, test } from "vitest";
import { readBody, readJob } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { keepSchedule, scheduledTask } from "../../support/scheduled.ts";
import { until } from "../../support/until.ts";

const schedule = { cron: "30 2 * * *", timeZone: "Europe/Zurich", input: { days: 7 } };
const tasks = new Map([["report", scheduledTask(schedule)]]);

/** A job that a schedule has submitted, which belongs to no client. */
async function startScheduled(readOnly: boolean) {
  const limits = { unfinishedPerClient: 100 };
  const producer = await startProducer({ tasks, limits, readOnly });
  keepSchedule(producer.name, { schedule });
  const ask = async (method: string, path: string, authorization = boardAuthorization) =>
    fetch(`${producer.boardUrl}${path}`, { method, headers: { authorization } });
  const list = async () => readBody(await ask("GET", "/schedules"));
  await until("the schedule", async () => (await list()).length === 1);
  return { ...producer, ask, list };
}

test("operators cancel the job of a schedule, which no client can and which the schedule survives", async () => {
  const { url, ask, list } = await startScheduled(false);
  const [{ next_slot: next }] = await list();
  const { id } = await readBody(await ask("POST", "/schedules/report/run"));

  const asClient = await fetch(`${url}/api/v1/jobs/${id}/cancel`, { method: "POST" });
  expect(asClient.status).toBe(403);
  const stranger = await ask("POST", `/jobs/${id}/cancel`, "Basic bm9ib2R5Om5vYm9keQ==");
  expect(stranger.status).toBe(401);
  expect((await readJob(url, id)).status).toBe("waiting");

  const cancelled = await ask("POST", `/jobs/${id}/cancel`);
  expect([cancelled.status, await readBody(cancelled)]).toMatchObject([
    200,
    { id, status: "failed", error_type: "cancelled_by_user" },
  ]);
  expect(await readJob(url, id)).toMatchObject({ status: "failed" });
  expect(await list()).toMatchObject([{ key: "report", next_slot: next }]);
  expect((await ask("POST", "/jobs/nobody/cancel")).status).toBe(404);
});

test("operators who can only look cancel nothing", async () => {
  const { ask, queue } = await startScheduled(true);
  const job = await queue.add("report", { days: 7 });
  const answer = await ask("POST", `/jobs/${job.id}/cancel`);
  expect([answer.status, await answer.text()]).toEqual([
    403,
    "operators can only look here: BOARD_READ_ONLY is true",
  ]);
  expect(await job.getState()).toBe("waiting");
});
