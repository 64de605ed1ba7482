import { createConfig, lintFromString } from "@redocly/openapi-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { paths } from "../../../src/contract/paths.ts";
import { startBulk } from "../../../src/queue/bulk-records.ts";
import { createRandomId } from "../../../src/queue/job-id.ts";
import { reportWorker } from "../../../src/queue/worker-index.ts";
import { postJson, readBody } from "../../support/client.ts";
import { addFailedJobs } from "../../support/failed-jobs.ts";
import { startListed } from "../../support/listed-places.ts";
import { loadDescription, type Operation } from "../../support/openapi.ts";
import { ownRedis } from "../../support/redis.ts";
import { reportOf } from "../../support/reported-workers.ts";
import { keepSchedule, scheduledTask } from "../../support/scheduled.ts";
import { type ValueSchema, valuesOf } from "../../support/schema-values.ts";
import { loadTwoTasks } from "../../support/second-task.ts";
import { writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";

const schedule = { cron: "30 2 * * *", timeZone: "Europe/Zurich", input: { days: 7 } };
/** So many that a run is not over before it is stopped. */
const ofLongRun = 3_000;

async function startDescribed({ redisUrl }: { readonly redisUrl?: string } = {}) {
  const { usersFile, ...tokens } = writeTokens();
  const tasks = new Map([...(await loadTwoTasks()), ["report", scheduledTask(schedule)]]);
  const producer = await startListed({
    readOnly: false,
    usersFile,
    tasks,
    ...(redisUrl !== undefined && { redisUrl }),
  });
  const { headers } = tokens.operate;
  const description = await loadDescription(producer.boardUrl, headers);
  /** As a program that has read no more than that. */
  const send = (
    { path, method }: Operation,
    { id = "nothing", body, as = headers }: { id?: string; body?: unknown; as?: object } = {},
  ) =>
    fetch(producer.boardUrl + path.replace("{id}", encodeURIComponent(id)), {
      method: method.toUpperCase(),
      headers: { ...as, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ...producer, ...description, tokens, headers, send };
}

test("each route for programs on the operators' listener is described, and nothing else is", async () => {
  const { consolePlaces, operations } = await startDescribed();
  const served = consolePlaces
    // What is no action has a route that says so.
    .filter(({ path }) => path.startsWith("/api/") && !path.includes("/:action"))
    .filter(({ path }) => path !== paths.openapi)
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  const described = [...operations.values()].map(
    ({ method, path }) => `${method.toUpperCase()} ${path}`,
  );
  expect(described).toContain("POST /api/v1/jobs/{id}/retry");
  expect(described.toSorted()).toEqual(served.toSorted());
});

test("the linter finds nothing in the operators' document", async () => {
  const { boardUrl, headers } = await startDescribed();
  const source = await (await fetch(`${boardUrl}${paths.openapi}`, { headers })).text();
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source, config });
  expect(
    problems.map(({ ruleId, message, location: [at] }) => [ruleId, message, at?.pointer]),
  ).toEqual([]);
});

test("a program that knows the document alone has all of it done, and is answered as that says", async () => {
  const described = await startDescribed();
  const { url, name, queue, redis, operations, resolve, problemsOfAnswer, send } = described;
  keepSchedule(name, { schedule });
  await reportWorker(queue, redis, { id: "worker", report: reportOf() });
  await addFailedJobs(queue, redis, 3);
  const operation = (id: string) => operations.get(id)!;
  await until("the schedule", async () => {
    const schedules = await readBody(await send(operation("listSchedules")));
    return schedules.length === 1;
  });
  await until("the failed jobs to be in the index", async () => {
    const { counts, index } = await readBody(await send(operation("listJobs")));
    return counts?.failed >= 3 && index.phase === "following";
  });
  const startLongRun = () => {
    const jobs = Array.from({ length: ofLongRun }, () => ({
      queue: queue.name,
      id: createRandomId(),
    }));
    return startBulk(queue, redis, { action: "retry", by: "me", filter: "", jobs });
  };
  const scheduleJob = async () => {
    const input = { x: 1, y: 2, delayMs: 0 };
    const job = { task: "quotient", input, delayMs: 600_000 };
    return (await readBody(await postJson(`${url}${paths.api}`, job))).id as string;
  };
  /** What an operation can be about, by its tag: new ones each time. */
  const subjects: Readonly<Record<string, () => Promise<readonly string[]>>> = {
    jobs: async () => [...(await addFailedJobs(queue, redis, 1)), await scheduleJob()],
    queues: async () => [name],
    schedules: async () => ["report"],
    workers: async () => ["worker"],
    actions: async () => [await startLongRun()],
  };
  const seen = new Map<string, Set<number>>();
  const problems: unknown[] = [];
  const ask = async (asked: Operation, id: string, body?: unknown) => {
    const response = await send(asked, { id, body });
    const { status } = response;
    seen.set(asked.operationId, (seen.get(asked.operationId) ?? new Set()).add(status));
    const found = await problemsOfAnswer(asked, response);
    if (found.length > 0) problems.push([asked.operationId, id, body, status, found]);
  };
  for (const asked of operations.values()) {
    const isOfOne = asked.path.includes("{id}");
    const list = isOfOne ? subjects[asked.tags[0] ?? ""] : async () => [""];
    const { schema, example } = asked.requestBody?.content["application/json"] ?? {};
    for (const id of (await list?.()) ?? []) await ask(asked, id, example);
    if (isOfOne) await ask(asked, "nothing", example);
    if (schema === undefined) continue;
    const [one = ""] = (await list?.()) ?? [];
    const values = valuesOf(resolve(schema) as ValueSchema);
    for (const value of fc.sample(values, { numRuns: 4, seed: 4_711 })) {
      await ask(asked, one, value);
    }
    await ask(asked, one, { nothing: 1 });
  }
  expect(problems).toEqual([]);
  const successes = [...seen].map(([id, statuses]) => [
    id,
    [...statuses].some((status) => status < 300),
  ]);
  expect(successes).toEqual([...operations.keys()].map((id) => [id, true]));
});

test("what is no order, or too large, is refused as the operators' document says", async () => {
  const { boardUrl, operations, problemsOfAnswer, headers } = await startDescribed();
  const taking = [...operations.values()].filter(({ requestBody }) => requestBody !== undefined);
  const misfits = [
    ["application/json", "{", 400],
    ["application/json", " ".repeat(70_000), 413],
    ["text/plain", "{}", 415],
  ] as const;
  const judged: unknown[] = [];
  for (const operation of taking) {
    for (const [type, body, status] of misfits) {
      const response = await fetch(boardUrl + operation.path.replace("{id}", "nothing"), {
        method: "POST",
        headers: { ...headers, "content-type": type },
        body,
      });
      // Of no job nothing is read.
      const isTold = [status, 404].includes(response.status);
      judged.push([operation.operationId, isTold, await problemsOfAnswer(operation, response)]);
    }
  }
  expect(taking.length).toBeGreaterThan(10);
  expect(judged).toEqual(
    taking.flatMap(({ operationId }) => misfits.map(() => [operationId, true, []])),
  );
});

test("whoever may not, and whoever comes while Redis is away, is answered as the document says", async () => {
  const server = await ownRedis();
  const { operations, problemsOfAnswer, send, tokens } = await startDescribed({
    redisUrl: server.url,
  });
  const judge = async (as: object) => {
    const judged: unknown[] = [];
    for (const asked of operations.values()) {
      const response = await send(asked, { as });
      const { status } = response;
      judged.push([asked.operationId, status, await problemsOfAnswer(asked, response)]);
    }
    return judged;
  };
  const all = (statusOf: (asked: Operation) => number) =>
    [...operations.values()].map((asked) => [asked.operationId, statusOf(asked), []]);
  expect(await judge({})).toEqual(all(() => 401));
  expect(await judge(tokens.submit.headers)).toEqual(all(() => 403));
  await server.signal("SIGKILL");
  const { view, operate } = tokens;
  expect(await judge(view.headers)).toEqual(all(({ method }) => (method === "get" ? 503 : 403)));
  expect(await judge(operate.headers)).toEqual(all(() => 503));
});
