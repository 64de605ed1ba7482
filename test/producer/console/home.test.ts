import { expect, test } from "vitest";
import { boardAuthorization, startProducer } from "../../support/producer.ts";

const headers = { authorization: boardAuthorization };

test("the console's home leads to all that it has", async () => {
  const { boardUrl } = await startProducer();
  const home = await fetch(boardUrl, { headers });
  const page = await home.text();
  const paths = [...page.matchAll(/<a\b[^>]* href="(\/[^"]*)"/g)].map(([, path]) => path ?? "");
  expect(paths).toEqual(expect.arrayContaining(["/", "/board", "/schedules", "/api/openapi.json"]));
  const statuses = paths.map(async (path) => (await fetch(boardUrl + path, { headers })).status);
  expect(await Promise.all(statuses)).toEqual(paths.map(() => 200));
  expect(home.headers.get("cache-control")).toBe("no-store");
});

test("a link from when Bull Board was at the root leads to the same place of it", async () => {
  const { boardUrl } = await startProducer();
  const ask = (path: string) => fetch(boardUrl + path, { headers, redirect: "manual" });
  const answers = await Promise.all([
    ask("/queue/slow?status=failed&page=2"),
    ask("/queue/default/abc%2Fd"),
  ]);
  expect(answers.map(({ status, headers: told }) => [status, told.get("location")])).toEqual([
    [308, "/board/queue/slow?status=failed&page=2"],
    [308, "/board/queue/default/abc%2Fd"],
  ]);
  const { status, redirected } = await fetch(`${boardUrl}/queue/default`, { headers });
  expect([status, redirected]).toEqual([200, true]);
});
