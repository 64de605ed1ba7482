import { expect, test } from "vitest";
import { createSubmitterCount } from "../../../src/producer/jobs/submitters.ts";
import { findSubmitter, readSubmitter } from "../../../src/queue/job-owner.ts";
import { createCounted, createFamily, family, listCounted, readEnd } from "../../support/chain.ts";
import { postJson, readBody, readJob } from "../../support/client.ts";
import { boardAuthorization, startProducer, type TestProducer } from "../../support/producer.ts";
import { collectLog, createTestTelemetry } from "../../support/telemetry.ts";
import { until } from "../../support/until.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";
import { startWorker } from "../../support/worker.ts";

/** Adds a job as an operator does in Bull Board. */
async function addJob(
  { boardUrl, name }: TestProducer,
  authorization: string,
  job: { readonly name: string; readonly data: object },
): Promise<string> {
  const url = `${boardUrl}/board/api/queues/${name}/add`;
  const answer = await postJson(url, { options: {}, ...job }, { authorization });
  expect(answer.status).toBe(200);
  return (await readBody(answer)).job.id;
}

const division = { name: "quotient", data: { x: 6, y: 3, delayMs: 0 } };

test("a job says who submitted it to operators and in the log, and to nobody who only knows its id", async () => {
  const { log, lines } = collectLog();
  const usersFile = await writeUsers("operator");
  const producer = await startProducer({ readOnly: false, usersFile, log });
  const { url, boardUrl, metricsUrl, queue } = producer;
  const id = await addJob(producer, authorizationOf("operator"), division);
  expect(readSubmitter((await queue.getJob(id))?.opts ?? {})).toBe("operator");
  const headers = { authorization: boardAuthorization };
  const page = await (await fetch(`${boardUrl}/jobs/${id}`, { headers })).text();
  expect(page).toMatch(/submitted <time[^>]*>[^<]*<\/time> by operator/);
  expect(await (await fetch(`${url}/jobs/${id}`)).text()).not.toContain("by operator");
  expect(await readJob(url, id)).not.toHaveProperty("submitter");
  expect(lines()).toContainEqual(
    expect.objectContaining({ msg: "job queued", job_id: id, submitter: "operator" }),
  );
  const figures = await (await fetch(`${metricsUrl}/metrics`)).text();
  expect(figures).toMatch(
    /taskqueue_submissions_total\{submitter="operator",outcome="added"[^}]*\} 1/,
  );
  expect(figures).toMatch(
    /taskqueue_submissions_total\{submitter="_STRANGER",outcome="added"[^}]*\} 0/,
  );
});

test("a job that a stranger submits names nobody, whatever its input says", async () => {
  const { url, boardUrl, queue } = await startProducer({
    tasks: new Map([["counted", createCounted()]]),
  });
  const input = { n: 1, note: '"submitter":"admin"' };
  const { id } = await readBody(await postJson(`${url}/api/v1/jobs`, { task: "counted", input }));
  expect(readSubmitter((await queue.getJob(id))?.opts ?? {})).toBeUndefined();
  const headers = { authorization: boardAuthorization };
  const page = await (await fetch(`${boardUrl}/jobs/${id}`, { headers })).text();
  expect(page).not.toContain("</time> by ");
});

test("the jobs of a job are its submitter's, and so are the worker's lines of all of them", async () => {
  const { log, lines } = collectLog();
  const tasks = createFamily();
  const producer = await startProducer({ readOnly: false, tasks });
  const { queue } = producer;
  await startWorker(producer.name, { tasks, log });
  const id = await addJob(producer, boardAuthorization, { name: "submitter", data: {} });
  await until("the job to end", () => readEnd(queue, id));
  const children = await listCounted(queue);
  expect(children.map(({ opts }) => readSubmitter(opts))).toEqual(family.map(() => "admin"));
  const isOfFirst = (line: Record<string, unknown>) => line["job_id"] === id;
  await until("its line", async () => lines().some(isOfFirst));
  expect(lines().filter(isOfFirst)).toEqual([
    expect.objectContaining({ msg: "job succeeded", submitter: "admin" }),
  ]);
  const queued = lines().filter(({ msg }) => msg === "job queued");
  expect(queued.map(({ submitter }) => submitter)).toEqual(family.map(() => "admin"));
});

test.each([
  ['{"client":"a","submitter":"ann@example.org"}', "ann@example.org"],
  ['{"client":"a"}', undefined],
  [JSON.stringify({ de: { id: '"submitter":"admin"' } }), undefined],
  ['{"submitter":"<b>"}', undefined],
  ['{"submitter":7}', undefined],
])("of the options %s the submitter is read as %j", (options, name) => {
  expect(findSubmitter(options)).toBe(name);
  expect(readSubmitter(JSON.parse(options))).toBe(name);
});

test("beyond a hundred names submissions are counted together", async () => {
  const { metrics } = createTestTelemetry("producer", new Map());
  const count = createSubmitterCount(metrics);
  for (let n = 0; n < 150; n += 1) count(`user-${n}`, "added");
  count("user-0", "added");
  const { values } = await metrics.submissions.get();
  const added = values.filter(({ labels }) => labels.outcome === "added");
  const valueOf = (name: string) => added.find(({ labels }) => labels.submitter === name)?.value;
  expect(added).toHaveLength(102);
  expect([valueOf("_OTHER"), valueOf("user-0"), valueOf("_STRANGER")]).toEqual([50, 2, 0]);
});
