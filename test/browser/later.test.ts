import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { examine } from "../support/examination.ts";
import { startProducer } from "../support/producer.ts";

const nextDay = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

test.each([
  ["in the visitor's own zone", true, "your time, Asia/Kabul", `${nextDay}T03:15:00.000Z`],
  ["in UTC without JavaScript", false, "UTC", `${nextDay}T07:45:00.000Z`],
])("a start time is entered %s", async (_, javaScriptEnabled, zone, due) => {
  const { url } = await startProducer();
  const { page, complaints } = await openPage({ javaScriptEnabled, timezoneId: "Asia/Kabul" });
  await page.goto(url);
  await page.getByText("Run later").click();
  await page.getByLabel(`Start time (${zone})`).fill(`${nextDay}T07:45`);
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("It was added with a delay").waitFor();
  const time = page.getByRole("status").locator("time");
  expect([await time.getAttribute("datetime"), complaints]).toEqual([due, []]);
});

test("the control is sound, folded, unfolded and refused, where it keeps what was entered", async () => {
  const { url } = await startProducer();
  const { page } = await openPage({ timezoneId: "Asia/Kabul" });
  await page.goto(url);
  await page.getByText("Run later").click();
  expect(await examine(page, "unfolded")).toEqual([]);
  await page.getByLabel("Start time").fill("2091-01-01T12:30");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByText("Enter a time within the next 365 days.").waitFor();
  expect(await page.getByLabel("Start time").inputValue()).toBe("2091-01-01T12:30");
  expect(await page.locator(":focus").getAttribute("name")).toBe("run_at");
  expect(await examine(page, "refused")).toEqual([]);
});
