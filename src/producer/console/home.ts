import Router from "@koa/router";
import { html } from "hono/html";
import { boardPaths, consolePaths } from "../../contract/paths.ts";
import { renderPage } from "../pages/layout.ts";
import { createRedirect, registerRoutes, type RouteState } from "../http/route.ts";
import { consoleSite } from "./site.ts";

/** Where Bull Board's pages of a queue and of a job were, while the listener was its alone. */
const moved = ["/:queue", "/:queue/:id"].map((below) =>
  createRedirect("GET", `/queue${below}`, `${boardPaths.queues}${below}`),
);

/** The page that the operators' listener begins with, and what has moved from there. */
export function createHomeRouter(): Router<RouteState> {
  const router = new Router<RouteState>({ sensitive: true });
  router.get(consolePaths.home, async function showHome(ctx) {
    ctx.set("Cache-Control", "no-store");
    ctx.type = "html";
    ctx.body = await renderHome();
  });
  registerRoutes(router, moved);
  return router;
}

function renderHome(): Promise<string> {
  return renderPage(
    { title: "Console", path: consolePaths.home, site: consoleSite },
    html`<main>
      <section>
        <h1>Console</h1>
        <ul class="tasks">
          <li>
            <a href="${boardPaths.root}">Bull Board</a>
            <small>Every queue and job, with data, attempts, log lines and stack traces.</small>
          </li>
          <li>
            <a href="${consolePaths.schedules}">Schedules</a>
            <small>When each runs next, and what its last slot submitted, as JSON.</small>
          </li>
        </ul>
      </section>
    </main>`,
  );
}
