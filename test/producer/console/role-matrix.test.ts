import { writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { boardPaths, consolePaths } from "../../../src/contract/paths.ts";
import { readBoardRoutes } from "../../console/board-routes.ts";
import { closedBoardRoutes } from "../../../src/producer/console/board-routes.ts";
import { type Place, startListed } from "../../support/listed-places.ts";
import { boardAuthorization, boardLogin, startProducer } from "../../support/producer.ts";
import { signIn } from "../../support/sign-in.ts";
import { writeTokens } from "../../support/tokens.ts";
import { until } from "../../support/until.ts";
import { authorizationOf, usersPassword, writeUsers } from "../../support/users.ts";

// Hundreds of requests, one after the other.
vi.setConfig({ testTimeout: 300_000 });

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

/** Who asks, by what they send along. */
type Senders = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function judgeEach(
  { boardUrl, name }: { readonly boardUrl: string; readonly name: string },
  routes: readonly Place[],
  senders: Senders,
) {
  const ask = async ({ method, path }: Place, headers: Readonly<Record<string, string>>) => {
    const filled = path.replace(":queueName", name).replace(/:\w+/g, "nothing");
    const response = await fetch(boardUrl + filled, { method, headers, redirect: "manual" });
    await response.body?.cancel();
    return response.status;
  };
  const judged: unknown[] = [];
  for (const route of routes) {
    const statuses = await Promise.all(
      Object.values(senders).map((headers) => ask(route, headers)),
    );
    const verdicts = statuses.map((status) => (status === 429 ? 401 : status)).map(wordOf);
    judged.push([
      route,
      Object.fromEntries(Object.keys(senders).map((sender, i) => [sender, verdicts[i]])),
    ]);
  }
  return judged;
}

/** Whatever else it is, whoever is answered so was let in. */
function wordOf(status: number): string {
  return { 401: "nobody", 403: "refused" }[status] ?? "let in";
}

const asAll = (senders: Senders, word: (sender: string) => string) =>
  Object.fromEntries(Object.keys(senders).map((sender) => [sender, word(sender)]));

/** What a browser sends along that has signed in as one of these. */
async function openSession(boardUrl: string, user: string, password: string) {
  const { status, cookie } = await signIn(boardUrl, { user, password });
  expect([status, cookie]).toEqual([303, expect.stringContaining("=")]);
  return { cookie, origin: boardUrl };
}

async function openMatrix() {
  const { usersFile, submit, view, operate } = writeTokens(await writeUsers("viewer", "operator"));
  const producer = await startListed({ readOnly: false, usersFile });
  const routes = listRoutes(producer.consolePlaces);
  const session = (name: string, password: string) =>
    openSession(producer.boardUrl, name, password);
  return { ...producer, usersFile, routes, session, tokens: { submit, view, operate } };
}

test("each route of the console is for whom it is, however they show who they are", async () => {
  const matrix = await openMatrix();
  const { routes, session, tokens } = matrix;
  const paths = routes.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["/", "/schedules", "/jobs/:id/cancel", "/board/api/queues/pause"]),
  );
  const senders = {
    nobody: {},
    "viewer by password": { authorization: authorizationOf("viewer") },
    "viewer by session": await session("viewer", usersPassword),
    "viewer by token": tokens.view.headers,
    "operator by password": { authorization: authorizationOf("operator") },
    "operator by session": await session("operator", usersPassword),
    "operator by token": tokens.operate.headers,
    "administrator by password": { authorization: boardAuthorization },
    "administrator by session": await session(boardLogin.user, boardLogin.password),
    "submitter by token": tokens.submit.headers,
  };
  expect(await judgeEach(matrix, routes, senders)).toEqual(
    routes.map((route) => [
      route,
      asAll(senders, (sender) => {
        if (sender === "nobody") return "nobody";
        if (sender.startsWith("submitter")) return "refused";
        return sender.startsWith("viewer") && route.method !== "GET" ? "refused" : "let in";
      }),
    ]),
  );
});

test("no route of the console is for whoever was let in before, and is no more", async () => {
  const matrix = await openMatrix();
  const { boardUrl, routes, session, tokens, usersFile } = matrix;
  const signedOut = await session("operator", usersPassword);
  const senders = {
    "removed user's password": { authorization: authorizationOf("operator") },
    "removed user's session": await session("operator", usersPassword),
    "revoked token": tokens.operate.headers,
    "session that was ended": signedOut,
    "administrator's session that was ended": await session(boardLogin.user, boardLogin.password),
  };
  const [home] = routes.filter(({ method, path }) => method === "GET" && path === "/");
  expect(await judgeEach(matrix, [home!], senders)).toEqual([
    [home, asAll(senders, () => "let in")],
  ]);
  for (const headers of [signedOut, senders["administrator's session that was ended"]]) {
    const out = await fetch(`${boardUrl}/sign-out`, {
      method: "POST",
      headers,
      redirect: "manual",
    });
    expect(out.status).toBe(303);
  }
  writeFileSync(usersFile, "");
  await until("the file of users to be read again", async () => {
    const headers = senders["removed user's session"];
    return (await fetch(boardUrl, { headers, redirect: "manual" })).status === 401;
  });
  expect(await judgeEach(matrix, routes, senders)).toEqual(
    routes.map((route) => [route, asAll(senders, () => "nobody")]),
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
