import { expect, test } from "vitest";
import { boardPaths, consolePaths } from "../../../src/contract/paths.ts";
import { readBoardRoutes } from "../../console/board-routes.ts";
import { closedBoardRoutes } from "../../../src/producer/console/board-routes.ts";
import { type Place, startListed } from "../../support/listed-places.ts";
import { startProducer } from "../../support/producer.ts";
import { authorizationOf, writeUsers } from "../../support/users.ts";

/** What anybody may ask for. */
const open = new RegExp(`^(${consolePaths.signIn}|${consolePaths.signOut}|/assets/)`);

/** Every route of the console, by the routers of the app itself, and those of Bull Board by its own table. */
function listRoutes(own: readonly Place[]): Place[] {
  const board = readBoardRoutes()
    .filter(({ method, path }) => !closedBoardRoutes.includes(`${method} ${path}`))
    .map(({ method, path }) => ({ method, path: `${boardPaths.root}${path}` }));
  const all = [...own, ...board, { method: "GET", path: boardPaths.root }];
  return all.filter(({ path }) => !open.test(path));
}

test("each route of the console is for whom it is, and for nobody else", async () => {
  const usersFile = await writeUsers("viewer", "operator");
  const { boardUrl, name, consolePlaces } = await startListed({ readOnly: false, usersFile });
  const routes = listRoutes(consolePlaces);
  const paths = routes.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["/", "/schedules", "/jobs/:target/cancel", "/board/api/queues/pause"]),
  );
  const ask = async ({ method, path }: Place, headers: Record<string, string>) => {
    const filled = path.replace(":queueName", name).replace(/:\w+/g, "nothing");
    const response = await fetch(boardUrl + filled, { method, headers, redirect: "manual" });
    await response.body?.cancel();
    return response.status;
  };
  const judged: unknown[] = [];
  for (const route of routes) {
    const nobody = await ask(route, {});
    const viewer = await ask(route, { authorization: authorizationOf("viewer") });
    const operator = await ask(route, { authorization: authorizationOf("operator") });
    judged.push([
      route,
      nobody,
      viewer === 403 ? "refused" : "let in",
      operator === 401 || operator === 403 ? "refused" : "let in",
    ]);
  }
  expect(judged).toEqual(
    routes.map((route) => [route, 401, route.method === "GET" ? "let in" : "refused", "let in"]),
  );
});

test("a route is for operators by its method alone, so that a new one is never open to viewers", async () => {
  const usersFile = await writeUsers("viewer");
  const { boardUrl } = await startProducer({ readOnly: false, usersFile });
  const headers = { authorization: authorizationOf("viewer") };
  const statuses = ["POST", "PUT", "PATCH", "DELETE"].map(
    async (method) => (await fetch(`${boardUrl}/nowhere`, { method, headers })).status,
  );
  expect(await Promise.all(statuses)).toEqual([403, 403, 403, 403]);
  expect((await fetch(`${boardUrl}/nowhere`, { headers })).status).toBe(404);
});
