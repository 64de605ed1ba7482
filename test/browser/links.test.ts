import { expect, test } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { startLauncher } from "../support/launcher.ts";
import { fillSignIn } from "../support/sign-in.ts";

test("a job's page leads to that of the console, that to Bull Board's, and this back", async () => {
  const { url, ports, untilOutput } = await startLauncher({ env: { BOARD_PASSWORD: "sesame" } });
  await untilOutput("Ctrl-C drains");
  const { id } = await submitDivision(url, { x: 10, y: 0 });
  await untilFinal(url, id);
  const { page } = await openPage();
  await page.goto(`${url}/jobs/${id}`);

  await page.getByRole("link", { name: "in the console" }).click();
  await fillSignIn(page, { user: "admin", password: "sesame" });
  await page.getByRole("status").getByText("cannot divide 10 by zero").waitFor();
  await page.getByRole("link", { name: "in Bull Board" }).click();
  await page.getByText("cannot divide 10 by zero").waitFor();
  const boardPage = page.url();
  const [statusPage] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("link", { name: "Status page" }).click(),
  ]);
  await statusPage.getByRole("status").getByText("cannot divide 10 by zero").waitFor();

  expect([boardPage, statusPage.url()]).toEqual([
    `http://localhost:${ports.board}/board/queue/default/${id}`,
    `http://localhost:${ports.public}/jobs/${id}`,
  ]);
});
