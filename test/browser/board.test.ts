import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startProducer, type TestProducer } from "../support/producer.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { startWorker } from "../support/worker.ts";

test("Bull Board shows a stranger nothing but that a login is needed", async () => {
  const producer = await startProducer();
  const { id } = await submitDivision(producer.url, { x: 10, y: 0 });
  const { page } = await openPage();

  const answers = await Promise.all(
    [
      "/",
      "/board",
      `/board/queue/${producer.name}/${id}`,
      "/board/api/queues",
      "/board/static/css/",
    ].map(async (path) => {
      const response = await page.request.get(`${producer.boardUrl}${path}`);
      return [response.status(), await response.text()];
    }),
  );

  expect(answers).toEqual(answers.map(() => [401, "a login is needed"]));
});

test("Bull Board opens with the login and leads from the queue to a job's failure", async () => {
  const { producer } = await startFailedDivision();
  const { page, complaints } = await openPage();
  await openConsolePage(page, producer.boardUrl);
  await page.getByRole("main").getByRole("link", { name: "Bull Board" }).click();
  await page.getByRole("link", { name: producer.name }).first().click();
  // Beside it is the next heartbeat.
  await page.getByRole("link", { name: /^Failed/i }).click();
  await page.getByRole("tab", { name: "Error" }).click();
  await page
    .getByText(/division_by_zero: .*cannot divide 10 by zero/)
    .first()
    .waitFor();

  expect(complaints).toEqual([]);
});

test("Bull Board opens at a job's own address", async () => {
  const { producer, id } = await startFailedDivision();
  const { page, complaints } = await openPage();
  await openConsolePage(page, `${producer.boardUrl}/board/queue/${producer.name}/${id}`);
  await page.getByText("cannot divide 10 by zero").waitFor();

  expect([await page.getByText(id).count(), complaints]).toEqual([1, []]);
});

test("no page of Bull Board's asks anybody but us for anything", async () => {
  const { producer, id } = await startFailedDivision();
  const { page } = await openPage();
  const asked = new Set<string>();
  page.on("request", (request) => asked.add(request.url()));
  await openConsolePage(page, producer.boardUrl);
  for (const path of [
    "/board",
    `/board/queue/${producer.name}?status=failed`,
    `/board/queue/${producer.name}/${id}`,
  ]) {
    const answer = await page.goto(`${producer.boardUrl}${path}`, { waitUntil: "networkidle" });
    expect(await answer?.text()).not.toMatch(/(?:href|src)="(?:https?:)?\/\//);
  }

  const strangers = [...asked].filter(
    (url) => !url.startsWith(`${producer.boardUrl}/`) && !url.startsWith("data:"),
  );
  expect([strangers, asked.size > 5]).toEqual([[], true]);
});

test("Bull Board offers nothing that changes a job", async () => {
  const { producer } = await startFailedDivision();
  const { page } = await openPage();
  await showFailedJobs(page, producer);

  expect(await page.getByRole("button", { name: /retry all|clean all/i }).count()).toBe(0);
});

test("Bull Board offers to retry and to clean where it is configured to", async () => {
  const { producer } = await startFailedDivision({ readOnly: false });
  const { page } = await openPage();
  await showFailedJobs(page, producer);
  await page
    .getByRole("button", { name: /retry all|clean all/i })
    .first()
    .waitFor();

  expect(await page.getByRole("button", { name: /retry all|clean all/i }).count()).toBe(2);
});

async function startFailedDivision(
  options: { readOnly?: boolean } = {},
): Promise<{ producer: TestProducer; id: string }> {
  const producer = await startProducer(options);
  await startWorker(producer.name);
  const { id } = await submitDivision(producer.url, { x: 10, y: 0 });
  await untilFinal(producer.url, id);
  return { producer, id };
}

async function showFailedJobs(page: Page, producer: TestProducer): Promise<void> {
  await openConsolePage(page, `${producer.boardUrl}/board/queue/${producer.name}?status=failed`);
  await page.getByText("cannot divide 10 by zero").waitFor();
}
