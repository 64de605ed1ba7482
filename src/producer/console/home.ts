import Router from "@koa/router";
import { html } from "hono/html";
import { boardPaths, consolePaths, paths } from "../../contract/paths.ts";
import { renderPage } from "../pages/layout.ts";
import type { ConsoleState } from "./login.ts";
import { createConsoleSite } from "./site.ts";

/** Where Bull Board's pages of a queue and of a job were, while the listener was its alone. */
const formerPaths = ["/queue/:queue", "/queue/:queue/:id"];

/** The page that the operators' listener begins with, and what has moved from there. */
export function createHomeRouter(): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.home, async function showHome(ctx) {
    ctx.set("Cache-Control", "no-store");
    ctx.body = await renderHome(ctx.state.operator);
    ctx.type = "html";
  });
  router.get(formerPaths, function leadToBoard(ctx) {
    ctx.redirect(`${boardPaths.root}${ctx.url}`);
    ctx.status = 308;
  });
  return router;
}

function renderHome(operator: ConsoleState["operator"]): Promise<string> {
  return renderPage(
    { title: "Console", path: consolePaths.home, site: createConsoleSite(operator) },
    html`<main>
      <section class="panel">
        <h1>Console</h1>
        <ul class="tasks">
          <li>
            <a href="${consolePaths.jobs}">Jobs</a>
            <small>Find any job, by state, task, failure, time, id or key.</small>
          </li>
          <li>
            <a href="${consolePaths.failures}">Failures</a>
            <small>What fails alike, how often, and since when.</small>
          </li>
          <li>
            <a href="${consolePaths.workers}">Workers</a>
            <small>What runs in each worker, and which vanished.</small>
          </li>
          <li>
            <a href="${consolePaths.queues}">Queues</a>
            <small>What waits in each, what holds it back, and who has paused it.</small>
          </li>
          <li>
            <a href="${consolePaths.schedules}">Schedules</a>
            <small>When each runs next, and what its last slot submitted.</small>
          </li>
          <li>
            <a href="${consolePaths.audit}">Audit</a>
            <small>Which operator did what, when and why.</small>
          </li>
          <li>
            <a href="${boardPaths.root}">Bull Board</a>
            <small>Every queue and job, with data, attempts, log lines and stack traces.</small>
          </li>
          <li>
            <a href="${paths.openapi}">API</a>
            <small>All of this for programs, as OpenAPI 3.1.</small>
          </li>
        </ul>
      </section>
    </main>`,
  );
}
