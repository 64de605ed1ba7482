import { expect, test } from "vitest";
import { submitDivision, untilFinal } from "../../../support/client.ts";
import { startConsole } from "../../../support/console.ts";
import { authorizationOf, writeUsers } from "../../../support/users.ts";
import { startWorker } from "../../../support/worker.ts";

const bad = { x: 1, y: 0 };

test("a job's page offers what can be done with it as it stands, to who may act alone", async () => {
  const usersFile = await writeUsers("viewer");
  const { url, name, look } = await startConsole({ usersFile });
  const { id } = await submitDivision(url, bad);
  const offersOf = async (job: string, as?: string) =>
    [...(await look(`/jobs/${job}`, as)).matchAll(/action="\/jobs\/\w+\/(\w+)"/g)].map(
      ([, action]) => action,
    );
  expect(await offersOf(id)).toEqual(["cancel", "delete"]);
  const later = await submitDivision(url, { x: 1, y: 1 }, {});
  expect(await offersOf(later.id, authorizationOf("viewer"))).toEqual([]);
  await startWorker(name);
  await untilFinal(url, id);
  await untilFinal(url, later.id);
  expect(await offersOf(id)).toEqual(["retry", "delete"]);
  const page = await look(`/jobs/${later.id}`);
  expect(page).toContain('<input type="hidden" name="evenIfSucceeded" value="true" />');
});

test("who acted on a job is on its page for operators, and nowhere else", async () => {
  const { url, ask, look } = await startConsole();
  const { id } = await submitDivision(url, bad);
  const done = await ask(`/jobs/${id}/cancel`, { form: { reason: "a <b>slip</b>" } });
  expect([done.status, done.location]).toEqual([303, `/jobs/${id}`]);
  const page = await look(`/jobs/${id}`);
  expect(page).toMatch(/admin: cancel/);
  expect(page).toContain("a &lt;b&gt;slip&lt;/b&gt;");
  for (const open of [`${url}/jobs/${id}`, `${url}/api/v1/jobs/${id}`]) {
    const text = await (await fetch(open)).text();
    expect(text).not.toContain("slip");
    expect(text).not.toContain("admin");
  }
});

test("a form that cannot be served says why on a page, and changes nothing", async () => {
  const { url, ask, queue } = await startConsole();
  const { id } = await submitDivision(url, bad);
  const { status, text } = await ask(`/jobs/${id}/retry`, { form: {} });
  expect(status).toBe(409);
  expect(text).toContain("expected one that has ended");
  expect(text).toContain("</html>");
  const foreign = await ask(`/jobs/${id}/delete`, {
    form: {},
    headers: { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" },
  });
  expect(foreign.status).toBe(403);
  expect(await queue.getWaitingCount()).toBe(1);
});

test("operators who can only look are offered nothing, and nothing that they ask for is done", async () => {
  const { url, ask, look, queue, name } = await startConsole({ readOnly: true });
  const { id } = await submitDivision(url, bad);
  expect(await look(`/jobs/${id}`)).not.toContain("/delete");
  expect(await look("/queues")).not.toContain("/pause");
  const orders = [`jobs/${id}/delete`, `jobs/${id}/cancel`, `queues/${name}/pause`];
  for (const order of orders) {
    for (const base of ["", "/api/v1"]) {
      const { status } = await ask(`${base}/${order}`, { method: "POST" });
      expect(status).toBe(403);
    }
  }
  expect([await queue.getWaitingCount(), await queue.isPaused()]).toEqual([1, false]);
  expect((await ask("/audit")).body.entries).toEqual([]);
});

test("the audit is found by who, what and on what, page by page", async () => {
  const usersFile = await writeUsers("operator");
  const { ask, look, name } = await startConsole({ usersFile });
  const as = authorizationOf("operator");
  for (let i = 0; i < 30; i += 1) {
    await ask(`/api/v1/queues/${name}/pause`, { json: { reason: `turn ${i}` } });
    await ask(`/api/v1/queues/${name}/resume`, { method: "POST", as });
  }
  const first = (await ask("/audit")).body;
  expect(first.entries).toHaveLength(50);
  expect(first.entries[0]).toMatchObject({ by: "operator", action: "resume", outcome: "done" });
  const rest = (await ask(`/audit?before=${first.before}`)).body;
  expect([rest.entries.length, rest.before]).toEqual([10, null]);
  expect(rest.entries.at(-1)).toMatchObject({ by: "admin", action: "pause", reason: "turn 0" });
  const found = (await ask(`/audit?by=operator&on=queue&target=${name}`)).body;
  expect(found.entries).toHaveLength(30);
  expect((await ask("/audit?action=pause&by=operator")).body.entries).toEqual([]);
  const page = await look("/audit?by=admin");
  expect(page).toContain("turn 29");
  expect(await look("/audit")).toMatch(/href="\/audit\?before=\d+-\d+">Older/);
  const wrong = await ask("/audit?who=admin");
  expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('"who" is unknown')]);
});
