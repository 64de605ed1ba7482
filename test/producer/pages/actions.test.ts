import { expect, test } from "vitest";
import { keyField } from "../../../src/contract/forms.ts";
import { readJob, submitDivision, untilFinal } from "../../support/client.ts";
import { startProducer } from "../../support/producer.ts";
import { ownRedis } from "../../support/redis.ts";
import { startWorker } from "../../support/worker.ts";

/** Sends a form as a browser without JavaScript does. */
async function send(url: string, path: string, fields: Record<string, string> = {}) {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

async function readPage(url: string, id: string) {
  const page = await (await fetch(`${url}/jobs/${id}`)).text();
  const actions = [...page.matchAll(/<form method="post" action="([^"]+)"/g)].map(([, to]) => to);
  const key = page.match(new RegExp(`name="${keyField}" value="([^"]+)"`))?.[1];
  return { page, actions, key };
}

test("a job that has not ended can be cancelled on its page, which says so then", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  expect((await readPage(url, id)).actions).toEqual([`/jobs/${id}/cancel`]);
  const sent = await send(url, `/jobs/${id}/cancel`);
  expect([sent.status, sent.headers.get("location")]).toEqual([303, `/jobs/${id}`]);
  const { page, actions } = await readPage(url, id);
  expect(page).toContain("cancelled_by_user");
  expect(page).toContain('<span class="pill idle">cancelled</span>');
  expect(page).not.toContain('<span class="pill bad">failed</span>');
  expect(actions).toEqual([`/jobs/${id}/again`]);
});

test("the input of a job that failed can be submitted again on its page, once however often it is sent", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  await untilFinal(url, id);
  const { actions, key = "" } = await readPage(url, id);
  expect(actions).toEqual([`/jobs/${id}/again`]);
  const first = await send(url, `/jobs/${id}/again`, { [keyField]: key });
  const second = await send(url, `/jobs/${id}/again`, { [keyField]: key });
  const location = first.headers.get("location") ?? "";
  expect([first.status, second.headers.get("location")]).toEqual([303, location]);
  const other = await untilFinal(url, location.replace("/jobs/", ""));
  expect([other.id === id, other.input]).toEqual([false, { x: 1, y: 0, delayMs: 0 }]);
  expect((await readJob(url, id)).status).toBe("failed");
});

test("a job that has succeeded can neither be cancelled nor submitted again on its page", async () => {
  const { url, name } = await startProducer();
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await untilFinal(url, id);
  expect((await readPage(url, id)).actions).toEqual([]);
  const sent = await send(url, `/jobs/${id}/cancel`);
  expect([sent.status, await sent.text()]).toEqual([
    409,
    expect.stringContaining("has succeeded already"),
  ]);
});

test("the result of a job that has succeeded can be downloaded from its page, as JSON", async () => {
  const { url, name } = await startProducer();
  const { id } = await submitDivision(url, { x: 10, y: 4 });
  const early = await fetch(`${url}/jobs/${id}/result`);
  expect([early.status, await early.text()]).toEqual([
    409,
    expect.stringContaining("expected one that has succeeded"),
  ]);
  await startWorker(name);
  await untilFinal(url, id);
  const { page } = await readPage(url, id);
  expect(page).toContain(`href="/jobs/${id}/result"`);
  const result = await fetch(`${url}/jobs/${id}/result`);
  expect(result.headers.get("content-disposition")).toBe(
    `attachment; filename="quotient-${id}.json"`,
  );
  expect(await result.json()).toBe(2.5);
});

test("a job that has not ended is not submitted again, and of none there is no page", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const answers = [
    await send(url, `/jobs/${id}/again`),
    await send(url, "/jobs/nobody/again"),
    await send(url, "/jobs/nobody/cancel"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 404, 404]);
});

test("where clients are limited, a reader from elsewhere can cancel nothing on the page", async () => {
  const { url } = await startProducer({ limits: { unfinishedPerClient: 10, trustProxy: true } });
  const from = (address: string) => ({ "x-forwarded-for": address, origin: url });
  const { id } = await submitDivision(url, { x: 1, y: 1 }, from("203.0.113.1"));
  const hasButton = async (address: string) => {
    const page = await fetch(`${url}/jobs/${id}`, { headers: from(address) });
    return (await page.text()).includes("Cancel this job");
  };
  expect([await hasButton("203.0.113.1"), await hasButton("203.0.113.2")]).toEqual([true, false]);
  const sent = await fetch(`${url}/jobs/${id}/cancel`, {
    method: "POST",
    headers: from("203.0.113.2"),
    body: new URLSearchParams(),
  });
  expect(sent.status).toBe(403);
});

test("while Redis is away, who cancels a job is told to try again", async () => {
  const redis = await ownRedis();
  const { url } = await startProducer({ redisUrl: redis.url });
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  await redis.signal("SIGKILL");
  const sent = await send(url, `/jobs/${id}/cancel`);
  expect([sent.status, await sent.text()]).toEqual([
    503,
    expect.stringContaining("Go back, and try again in a moment: to do it twice does no harm."),
  ]);
});

test("another site can neither cancel a job nor submit it again", async () => {
  const { url } = await startProducer();
  const { id } = await submitDivision(url, { x: 1, y: 1 });
  const ask = (path: string, headers: Record<string, string>) =>
    fetch(`${url}${path}`, { method: "POST", headers, body: new URLSearchParams() });
  const elsewhere = { origin: "https://elsewhere.test" };
  const answers = [
    await ask(`/jobs/${id}/cancel`, elsewhere),
    await ask(`/jobs/${id}/cancel`, {}),
    await ask(`/api/v1/jobs/${id}/cancel`, elsewhere),
    await ask(`/jobs/${id}/again`, elsewhere),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect((await readJob(url, id)).status).toBe("waiting");
});
