import type { Page } from "playwright-core";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPage } from "../support/browser.ts";
import { submitDivision, untilFinal } from "../support/client.ts";
import { askConsole } from "../support/console.ts";
import { examine } from "../support/examination.ts";
import { keepFile, submitFile, writeDivisions } from "../support/file-batch.ts";
import { type Place, startListed } from "../support/listed-places.ts";
import { boardAuthorization } from "../support/producer.ts";
import { openConsolePage } from "../support/sign-in.ts";
import { until } from "../support/until.ts";
import { startWorker } from "../support/worker.ts";

// Each page is looked at twice, one after the other.
vi.setConfig({ testTimeout: 300_000 });

type Values = Readonly<Record<string, string>>;

/** The addresses of the routes, whose names have the value of the part before them, or of the name. */
function addressesOf(places: readonly Place[], values: Values, others: Values): string[] {
  const paths = places.filter(({ method }) => method === "GET").map(({ path }) => path);
  const own = paths.filter((path) => !path.startsWith("/assets/"));
  return own.map((path) => others[path] ?? fill(path, values));
}

function fill(path: string, values: Values): string {
  const parts = path.split("/");
  return parts
    .map((part, i) =>
      part.startsWith(":") ? (values[parts[i - 1] ?? ""] ?? values[part.slice(1)] ?? part) : part,
    )
    .join("/");
}

/** Those of them at which there is a page. */
async function listPages(
  root: string,
  addresses: readonly string[],
  headers: Values,
): Promise<string[]> {
  const pages: string[] = [];
  for (const address of addresses) {
    const response = await fetch(root + address, { headers: { accept: "text/html", ...headers } });
    await response.body?.cancel();
    if (!response.ok)
      throw new Error(`expected a page or data at ${address}, got ${response.status}`);
    const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
    // Bull Board's are not ours; a place that leads to another one is that.
    if (isPage && !response.redirected) pages.push(address);
  }
  return pages;
}

async function examineAll(page: Page, root: string, pages: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const address of pages) {
    await page.goto(root + address);
    found.push(...(await examine(page, address)));
  }
  return found;
}

test("every page that there is on either listener is sound, in light and in dark", async () => {
  const producer = await startListed({ readOnly: false });
  const { url, boardUrl, name } = producer;
  await startWorker(name);
  const { id } = await submitDivision(url, { x: 1, y: 0 });
  const { id: divided } = await submitDivision(url, { x: 1, y: 2 });
  await Promise.all([untilFinal(url, id), untilFinal(url, divided)]);
  const file = await keepFile(url, writeDivisions(2));
  await submitFile(url, file);
  const run = await until("a run", async () => {
    const json = { action: "retry", filter: "state=failed" };
    const { status, body } = await askConsole(boardUrl, "/api/v1/actions", { json });
    return status === 202 && String(body.id);
  });

  const values = {
    jobs: id,
    tasks: "quotient",
    batches: file.replace("/batches/", ""),
    actions: run,
    queue: name,
    id,
  };
  const others = {
    "/actions/new": "/actions/new?action=delete",
    "/jobs/:id/result": `/jobs/${divided}/result`,
    // As an older release called them.
    "/api/v1/tasks/:id": `/api/v1/tasks/${id}`,
    "/api/v1/tasks/:id/events": `/api/v1/tasks/${id}/events`,
  };
  const leaks: string[] = [];
  const onWarning = ({ name: kind, message }: Error) => {
    if (kind === "MaxListenersExceededWarning") leaks.push(message);
  };
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const { page, complaints } = await openPage();
  const ours = await listPages(url, addressesOf(producer.publicPlaces, values, others), {});
  expect(ours).toEqual(expect.arrayContaining(["/", "/overview", `/jobs/${id}`, file]));
  expect(await examineAll(page, url, ours)).toEqual([]);

  const authorization = { authorization: boardAuthorization };
  const addresses = addressesOf(producer.consolePlaces, values, others);
  const theirs = await listPages(boardUrl, addresses, authorization);
  expect(theirs).toEqual(expect.arrayContaining(["/", "/jobs", "/workers", `/actions/${run}`]));
  await openConsolePage(page, boardUrl);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  expect(await examineAll(page, boardUrl, theirs)).toEqual([]);
  expect({ complaints, leaks }).toEqual({ complaints: [], leaks: [] });
});
