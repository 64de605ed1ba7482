import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { ownRedis } from "../support/redis.ts";

test("a form that gets no answer says so, and that sending it again is safe", async () => {
  const { url } = await startProducer();
  const { page } = await openPage();
  await page.clock.install();
  await page.context().route("**/tasks/*", () => undefined);
  await page.goto(url);
  // The test can look at a page only while it is not about to leave.
  await page
    .locator("form")
    .first()
    .evaluate((form) => form.setAttribute("target", "_blank"));
  await page.getByRole("button", { name: "Submit" }).click();
  const note = page.getByRole("status");
  await note.filter({ hasText: "Sending…" }).waitFor();
  await page.clock.runFor(5_000);

  expect(await note.innerText()).toBe(
    "There is no answer yet. Wait, or send it again: that makes one job only.",
  );
});

test.each([
  ["with", true],
  ["without", false],
])(
  "a job that could not be read is shown as soon as it can, %s JavaScript",
  async (_, javaScriptEnabled) => {
    const server = await ownRedis();
    const { url } = await startProducer({ redisUrl: server.url });
    const { id } = await submitDivision(url, { x: 10, y: 2 });
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    await admin.call("CLIENT", "PAUSE", "6000", "ALL");
    const { page } = await openPage({ javaScriptEnabled });
    await page.goto(`${url}/jobs/${id}`);
    const error = page.getByRole("heading", { name: "The job cannot be shown now" });
    await error.waitFor();
    await page.getByRole("heading", { name: "quotient waiting" }).waitFor();

    expect(await error.count()).toBe(0);
  },
);
