import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { queues } from "../../../../src/contract/queues.ts";
import { submitDivision, untilFinal } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { until } from "../../../support/until.ts";
import { startWorker } from "../../../support/worker.ts";

test("a queue is paused with a reason, which is told until it is resumed", async () => {
  const { url, name, ask, look, queue } = await startConsole();
  await startWorker(name);
  const reason = "the database <is> down";
  const paused = await ask(`/api/v1/queues/${name}/pause`, { json: { reason } });
  expect([paused.status, paused.body]).toMatchObject([
    200,
    { name, paused: true, paused_by: "admin", paused_because: reason },
  ]);
  const { id } = await submitDivision(url, { x: 8, y: 2 });
  const page = await look("/queues");
  expect(page).toContain('<span class="pill warn">paused</span>');
  expect(page).toContain("the database &lt;is&gt; down");
  expect(await queue.getWaitingCount()).toBe(1);

  const again = await ask(`/api/v1/queues/${name}/pause`, { json: { reason: "other" } });
  expect([again.status, again.words]).toEqual([
    409,
    `the queue "${name}" is paused, expected one that is not`,
  ]);
  const [told] = (await ask("/queues")).body;
  expect(told).toMatchObject({ waiting: 1, paused_because: reason });

  const resumed = await ask(`/queues/${name}/resume`, { form: {} });
  expect([resumed.status, resumed.location]).toEqual([303, "/queues"]);
  expect((await untilFinal(url, id)).result).toBe(4);
  expect((await ask("/queues")).body).toMatchObject([{ paused: false, paused_because: null }]);
  expect((await ask(`/queues/${name}/resume`, { method: "POST" })).status).toBe(409);
});

test("the overview tells everybody why a queue is paused, and nobody who has paused it", async () => {
  const other = `other-${randomUUID()}`;
  const { url, name, ask } = await startConsole({ further: { [other]: queues.default } });
  const overview = async () => (await fetch(`${url}/overview`)).text();
  const pause = (queue: string, reason: string) =>
    ask(`/api/v1/queues/${queue}/pause`, { json: { reason } });
  await pause(name, "the <disk> is full");
  const row = await until("the reason in the queue's row", async () => {
    const page = await overview();
    return page.includes("paused: the &lt;disk&gt; is full</td>") && page;
  });
  expect(row).not.toContain("until it is resumed");
  expect(row).not.toContain("admin");
  await pause(other, "the <disk> is full");
  const all = "nothing starts until it is resumed. Reason: “the &lt;disk&gt; is full”.";
  await until("the reason of all", async () => (await overview()).includes(all));
  await ask(`/api/v1/queues/${name}/resume`, { method: "POST" });
  await ask(`/api/v1/queues/${other}/resume`, { method: "POST" });
  await until("the reason to go", async () => !(await overview()).includes("is full"));
});

test("a pause by way of Bull Board has no reason of an older one", async () => {
  const { name, ask, queue } = await startConsole();
  await ask(`/queues/${name}/pause`, { json: { reason: "first" } });
  await queue.resume();
  await ask(`/board/api/queues/${name}/pause`, { method: "PUT" });
  expect((await ask("/queues")).body).toMatchObject([{ paused: true, paused_because: null }]);
});

test("no queue of another name can be paused", async () => {
  const { name, ask } = await startConsole();
  const { status, words } = await ask("/api/v1/queues/other/pause", { method: "POST" });
  expect([status, words]).toEqual([404, `there is no queue "other", expected one of: ${name}`]);
});
