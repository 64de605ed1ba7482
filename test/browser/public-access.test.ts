import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision } from "../support/client.ts";
import { examine } from "../support/examination.ts";
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

test.each([
  ["of a job and its form", ["/jobs/:id", "/", "/tasks/quotient"]],
  ["of figures and of an error", ["/overview", "/overview/day", `/jobs/${"a".repeat(26)}`]],
])("pages %s say who has signed in and how to leave, and are sound", async (_, paths) => {
  const usersFile = await writeUsers("viewer");
  const { headers } = addToken(usersFile, "program", "submit");
  const { url } = await startProducer({ usersFile, publicAccess: "signed-in" });
  const { id } = await submitDivision(url, { x: 10, y: 2 }, headers);
  const { page } = await openPage();
  await page.goto(url);
  await fillSignIn(page, viewer);
  for (const path of paths) {
    await page.goto(url + path.replace(":id", id));
    const said = await page.locator("header form").innerText();
    // Their role is of the console.
    expect([path, said]).toEqual([path, expect.stringMatching(/^viewer\s+Sign out$/)]);
    expect(await page.getByTitle("viewer").count()).toBe(0);
    expect(await examine(page, path)).toEqual([]);
  }
});

test("people sign out by keyboard, and leave nothing in the browser", async () => {
  const usersFile = await writeUsers("viewer");
  const { url } = await startProducer({ usersFile, publicAccess: "signed-in" });
  const { page, complaints } = await openPage();
  await page.goto(url);
  expect(await examine(page, "the sign-in page")).toEqual([]);
  await fillSignIn(page, viewer);
  await page.getByRole("button", { name: "Sign out" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);
  await page.goto(url);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  expect(complaints).toEqual([]);
});

test("nobody is named, and nothing leads to closed pages, where strangers may see a job alone", async () => {
  const { usersFile, submit } = writeTokens();
  const { url, name } = await startProducer({ usersFile, publicAccess: "off" });
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 10, y: 0, delayMs: 0 }, submit.headers);
  await until("it to fail", async () =>
    (await fetch(`${url}/jobs/${id}/state`))
      .text()
      .then((text) => text.includes("division_by_zero")),
  );
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);
  const links = await page
    .locator("a")
    .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  expect(new Set(links)).toEqual(new Set(["/", "/api/openapi.json"]));
  expect(await page.locator("form").count()).toBe(0);
  expect(await examine(page)).toEqual([]);
});
