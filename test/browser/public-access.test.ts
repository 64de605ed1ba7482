import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { startProducer } from "../support/producer.ts";
import { fillSignIn } from "../support/sign-in.ts";
import { addToken, writeTokens } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { usersPassword, writeUsers } from "../support/users.ts";
import { startWorker } from "../support/worker.ts";

const viewer = { user: "viewer", password: usersPassword };

test.each([true, false])(
  "whoever knows a job's page sees it go on where the API is closed, with streams or without: %s",
  async (hasStreams) => {
    const { usersFile, submit } = writeTokens();
    const { url, name } = await startProducer({ usersFile, publicAccess: "off" });
    const { id } = await submitDivision(url, { x: 10, y: 2 }, submit.headers);
    const { page, complaints } = await openPage();
    if (!hasStreams) await page.addInitScript("delete globalThis.SharedWorker");
    const asked = new Map<string, number>();
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith(`/jobs/${id}/`)) asked.set(pathname, response.status());
    });
    await page.goto(`${url}/jobs/${id}`);
    await page.getByText("No worker is connected").waitFor();
    await startWorker(name);
    await page.getByRole("heading", { name: "quotient succeeded" }).waitFor();
    expect([...asked]).toEqual([[`/jobs/${id}/${hasStreams ? "events" : "state"}`, 200]]);
    expect((await fetch(`${url}/api/v1/jobs/${id}`)).status).toBe(401);
    // Nothing leads to where its reader may not go.
    expect(await page.getByText("as JSON").count()).toBe(0);
    expect(await page.getByText("Submit another").count()).toBe(0);
    expect(complaints).toEqual([]);
  },
);

test("who has signed in sees jobs and the overview go on, and is told when that is over", async () => {
  const usersFile = await writeUsers("viewer");
  const { headers } = addToken(usersFile, "program", "submit");
  const { url, name } = await startProducer({ usersFile, publicAccess: "signed-in" });
  const { id } = await submitDivision(url, { x: 10, y: 2 }, headers);
  const { page } = await openPage();
  await page.goto(`${url}/overview`);
  await fillSignIn(page, viewer);
  expect(new URL(page.url()).pathname).toBe("/overview");
  const tab = await page.context().newPage();
  await tab.goto(`${url}/jobs/${id}`);
  await startWorker(name);
  await tab.getByRole("heading", { name: "quotient succeeded" }).waitFor();
  await page.locator('[data-reading="succeeded"]', { hasText: /^1$/ }).waitFor();

  await tab.goto(
    `${url}/jobs/${(await submitDivision(url, { x: 10, y: 2, delayMs: 60_000 }, headers)).id}`,
  );
  await tab.getByText("A worker is on it.").waitFor();
  writeFileSync(usersFile, readFileSync(usersFile, "utf8").replace(/^viewer:.*\n/m, ""));
  const over = "You are signed out: load this page anew to sign in.";
  await Promise.all([page.getByText(over).waitFor(), tab.getByText(over).waitFor()]);
  // What was known stays.
  expect(await tab.getByText("A worker is on it.").count()).toBe(1);
  await tab.reload();
  await until("the sign-in page", () => new URL(tab.url()).pathname === "/sign-in");
});
