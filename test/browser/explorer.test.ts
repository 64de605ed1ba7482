import { expect, test } from "vitest";
import { createRandomId } from "../../src/queue/job-id.ts";
import { openPage } from "../support/browser.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { examine } from "../support/examination.ts";
import { boardAuthorization, startProducer } from "../support/producer.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

const phone = { width: 390, height: 800 };

/** A job that failed, one that succeeded and one that waits, all of them indexed. */
async function startWorld() {
  const producer = await startProducer();
  const { url, boardUrl, name } = producer;
  const { worker } = await startWorker(name);
  const failed = await submitDivision(url, { x: 10, y: 0 });
  const succeeded = await submitDivision(url, { x: 1_234_567.891, y: 0.003 });
  for (const { id } of [failed, succeeded]) await untilFinal(url, id);
  await worker.close();
  const waiting = await submitDivision(url, { x: 1, y: 3 });
  await untilIndexed(boardUrl, 1);
  return { ...producer, failed, succeeded, waiting };
}

/** Waits until the console knows of as many waiting jobs, and of the two that have ended. */
async function untilIndexed(boardUrl: string, waiting: number): Promise<void> {
  await until("all to be indexed", async () => {
    const headers = { authorization: boardAuthorization, accept: "application/json" };
    const response = await fetch(`${boardUrl}/jobs`, { headers });
    const { counts } = (await response.json()) as { counts: Record<string, number> };
    return counts["failed"] === 1 && counts["succeeded"] === 1 && counts["waiting"] === waiting;
  });
}

test.each(["light", "dark"] as const)(
  "jobs and failures are sound, and fit a phone (%s)",
  async (colorScheme) => {
    const { boardUrl } = await startWorld();
    const { page, complaints } = await openPage({ viewport: phone, colorScheme });
    await openConsolePage(page, `${boardUrl}/jobs`);
    expect(await page.locator("tbody tr").count()).toBe(3);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(phone.width);
    expect(await examine(page)).toEqual([]);
    await page.goto(`${boardUrl}/failures`);
    expect(await page.locator("tbody tr").count()).toBe(1);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(phone.width);
    expect(await examine(page)).toEqual([]);
    await page.locator("tbody a").click();
    await page.getByText("all kinds").waitFor();
    expect(await examine(page)).toEqual([]);
    await page.goto(`${boardUrl}/jobs?text=nothing&state=faild`);
    expect(await examine(page)).toEqual([]);
    expect(complaints.filter((complaint) => !complaint.includes("400"))).toEqual([]);
  },
);

test("jobs are found by keyboard alone: / searches, j and k move, Enter opens", async () => {
  const { boardUrl, failed, waiting } = await startWorld();
  const { page } = await openPage();
  await openConsolePage(page, `${boardUrl}/jobs`);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${boardUrl}/jobs/${waiting.id}`);
  await page.goBack();
  await page.keyboard.press("/");
  await page.keyboard.type(failed.id);
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").first().waitFor();
  await until("one job to be found", async () => (await page.locator("tbody tr").count()) === 1);
  expect(await page.locator("tbody a").getAttribute("href")).toBe(`/jobs/${failed.id}`);
  await page.keyboard.press("Tab");
});

test("the explorer works without JavaScript: states, form and order are in the address", async () => {
  const { boardUrl, failed } = await startWorld();
  const { page } = await openPage({ javaScriptEnabled: false });
  await openConsolePage(page, `${boardUrl}/jobs`);
  await page.getByRole("link", { name: "Failed 1" }).click();
  await page.getByLabel("Order").selectOption("ended");
  await page.getByLabel("Failure").selectOption("division_by_zero");
  await page.getByRole("button", { name: "Show" }).click();
  const { searchParams } = new URL(page.url());
  expect(searchParams.get("state")).toBe("failed");
  expect(searchParams.get("sort")).toBe("ended");
  expect(searchParams.get("class")).toBe("division_by_zero");
  expect(await page.locator("tbody a").getAttribute("href")).toBe(`/jobs/${failed.id}`);
});

test("a search through texts goes on by itself, and by a link without JavaScript", async () => {
  const { boardUrl, queue, succeeded } = await startWorld();
  const jobs = Array.from({ length: 6_000 }, () => ({
    name: "quotient",
    data: { x: 1, y: 2 },
    opts: { jobId: createRandomId() },
  }));
  await queue.addBulk(jobs);
  await untilIndexed(boardUrl, 6_001);
  const address = `${boardUrl}/jobs?text=1234567.891`;
  for (const javaScriptEnabled of [true, false]) {
    const { page, complaints } = await openPage({ javaScriptEnabled });
    await openConsolePage(page, address);
    const status = page.locator(".chosen [role=status]");
    await until("all to be read", async () => {
      const goOn = page.getByRole("link", { name: "go on" });
      if (!javaScriptEnabled && (await goOn.count()) > 0) await goOn.click();
      return (await status.innerText()).includes("read 6,003 of 6,003, 1 found");
    });
    expect(await page.locator("tbody a").getAttribute("href")).toBe(`/jobs/${succeeded.id}`);
    // What looks for flaws is JavaScript itself.
    expect(javaScriptEnabled ? await examine(page) : []).toEqual([]);
    expect(complaints).toEqual([]);
  }
});
