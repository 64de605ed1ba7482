import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { queues } from "../../../src/contract/queues.ts";
import { boardRoutes, closedBoardRoutes } from "../../../src/producer/console/board-routes.ts";
import { isJobId } from "../../../src/queue/job-id.ts";
import { readBoardRoutes } from "../../console/board-routes.ts";
import { readBody, readJob, submitDivision } from "../../support/client.ts";
import { boardAuthorization, startProducer } from "../../support/producer.ts";
import { collectLog } from "../../support/telemetry.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";

const ask = (
  boardUrl: string,
  { method, path }: { method: string; path: string },
  authorization: string,
  body: unknown = {},
) =>
  fetch(`${boardUrl}/board${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(method !== "GET" && { body: JSON.stringify(body) }),
  });

test("the routes that Bull Board has are those that somebody has looked at", () => {
  const present = readBoardRoutes().map(({ method, path }) => `${method} ${path}`);
  expect(present.toSorted()).toEqual([...boardRoutes, ...closedBoardRoutes].toSorted());
});

test("no route of Bull Board acts for a viewer, nor for anybody while operators can only look", async () => {
  const usersFile = await writeUsers("viewer");
  const writable = await startProducer({ readOnly: false, usersFile });
  const readOnly = await startProducer({ usersFile });
  const acting = readBoardRoutes().filter(({ method }) => method !== "GET");
  expect(acting.length).toBeGreaterThan(20);
  const told = await Promise.all(
    acting.map(async ({ method, path }) => {
      const at = (name: string) => ({ method, path: path.replaceAll(":queueName", name) });
      const answers = await Promise.all([
        ask(writable.boardUrl, at(writable.name), authorizationOf("viewer")),
        ask(readOnly.boardUrl, at(readOnly.name), authorizationOf("viewer")),
        ask(readOnly.boardUrl, at(readOnly.name), boardAuthorization),
      ]);
      return [
        method,
        path,
        ...(await Promise.all(answers.map(async (answer) => (await readBody(answer)).error))),
      ];
    }),
  );
  const ofViewer = '"viewer" is a viewer, expected an operator for that';
  const ofReadOnly = "operators can only look here: BOARD_READ_ONLY is true";
  expect(told).toEqual(
    acting.map(({ method, path }) => [method, path, ofViewer, ofViewer, ofReadOnly]),
  );
  expect(await writable.queue.isPaused()).toBe(false);
});

test("a route that nobody has opened is refused to operators, too", async () => {
  const { boardUrl, name } = await startProducer({ readOnly: false });
  const answers = await Promise.all(
    [
      { method: "POST", path: `/api/queues/${name}/burn` },
      { method: "DELETE", path: `/api/queues/${name}` },
      { method: "GET", path: "/api/secrets" },
      { method: "GET", path: "/API/secrets" },
      { method: "POST", path: "/" },
      { method: "PUT", path: `/api/queues/${name}/job-schedulers/one/run` },
      { method: "PATCH", path: `/api/queues/${name}/job-schedulers/one` },
    ].map((route) => ask(boardUrl, route, boardAuthorization)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(403));
});

test("nobody gives a job another input in Bull Board, past its task's schema", async () => {
  const { boardUrl, url, name, queue } = await startProducer({ readOnly: false });
  const { id } = await submitDivision(url, { x: 10, y: 2 });
  const before = (await queue.getJob(id))?.data;
  const change = { method: "PATCH", path: `/api/queues/${name}/${id}/update-data` };
  const answer = await ask(boardUrl, change, boardAuthorization, { jobData: { x: "ten" } });
  expect([answer.status, (await readBody(answer)).error]).toEqual([
    403,
    expect.stringContaining("is not open here"),
  ]);
  expect((await queue.getJob(id))?.data).toEqual(before);
});

test.each(["101", "1e6", "0x1000", "10&jobsPerPage=1000"])(
  "Bull Board reads no page of %s jobs, and one of a hundred",
  async (count) => {
    const { boardUrl, name } = await startProducer();
    const list = (jobsPerPage: string) =>
      ask(
        boardUrl,
        { method: "GET", path: `/api/queues?activeQueue=${name}&jobsPerPage=${jobsPerPage}` },
        boardAuthorization,
      );
    const answer = await list(count);
    expect([answer.status, (await readBody(answer)).error]).toEqual([
      422,
      expect.stringContaining("expected 100 at most"),
    ]);
    expect((await list("100")).status).toBe(200);
  },
);

test("Bull Board offers a viewer nothing but to look, and an operator to act", async () => {
  const usersFile = await writeUsers("viewer", "operator");
  const { boardUrl, name, queue } = await startProducer({ readOnly: false, usersFile });
  const list = { method: "GET", path: "/api/queues" };
  const offered = async (user: string) => {
    const told = await readBody(await ask(boardUrl, list, authorizationOf(user)));
    return told.queues.map((one: { readOnlyMode: boolean }) => one.readOnlyMode);
  };
  expect([await offered("viewer"), await offered("operator")]).toEqual([[true], [false]]);
  const pause = { method: "PUT", path: `/api/queues/${name}/pause` };
  expect((await ask(boardUrl, pause, authorizationOf("operator"))).status).toBe(200);
  expect(await queue.isPaused()).toBe(true);
});

test("a job that an operator adds in Bull Board is one of its task's, with an id of ours", async () => {
  const { log, lines } = collectLog();
  const { boardUrl, url, name, queue } = await startProducer({ readOnly: false, log });
  const add = { method: "POST", path: `/api/queues/${name}/add` };
  const sent = { name: "quotient", data: { x: 10, y: 2, delayMs: 0 }, options: { delay: 60_000 } };
  const answer = await ask(boardUrl, add, boardAuthorization, sent);
  const { job } = await readBody(answer);
  expect([answer.status, isJobId(job.id)]).toEqual([200, true]);
  expect(await readJob(url, job.id)).toMatchObject({ task: "quotient", status: "waiting" });
  expect(await queue.getDelayedCount()).toBe(1);
  expect(lines()).toContainEqual(
    expect.objectContaining({ msg: "an operator added a job", user: "admin", job_id: job.id }),
  );
});

test("Bull Board adds no job to a queue that its task does not belong to, and names the right one", async () => {
  const other = `other-${randomUUID()}`;
  const { boardUrl, name, queue } = await startProducer({
    readOnly: false,
    further: { [other]: queues.default },
  });
  const sent = { name: "quotient", data: { x: 1, y: 1, delayMs: 0 }, options: {} };
  const addTo = (queueName: string) =>
    ask(
      boardUrl,
      { method: "POST", path: `/api/queues/${queueName}/add` },
      boardAuthorization,
      sent,
    );
  const answer = await addTo(other);
  expect([answer.status, (await readBody(answer)).error]).toEqual([
    422,
    `jobs of "quotient" wait in the queue "${name}", not in "${other}": add it there`,
  ]);
  expect(await queue.count()).toBe(0);
  expect((await addTo(name)).status).toBe(200);
});

test.each([
  ["an input that does not fit", { data: { x: "ten" } }, "/data/x: "],
  ["a task that there is not", { name: "none" }, "there is no task"],
  ["an id", { options: { jobId: "completed" } }, "jobId"],
  ["attempts", { options: { attempts: 9 } }, "attempts"],
  ["a delay of ever", { options: { delay: 9e15 } }, "/options/delay"],
  ["no object", { data: 7 }, "/data"],
])("Bull Board adds no job with %s, and says why", async (_, wrong, why) => {
  const { boardUrl, name, queue } = await startProducer({ readOnly: false });
  const add = { method: "POST", path: `/api/queues/${name}/add` };
  const sent = { name: "quotient", data: { x: 1, y: 1, delayMs: 0 }, options: {}, ...wrong };
  const answer = await ask(boardUrl, add, boardAuthorization, sent);
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(why)]);
  expect(await queue.getJobCounts("waiting", "delayed")).toEqual({ waiting: 0, delayed: 0 });
});
