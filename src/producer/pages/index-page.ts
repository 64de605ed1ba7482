import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import { type RecentJobs, renderRecentJobs } from "./form-page.ts";
import { type Markup, renderPage, type Site } from "./layout.ts";
import type { FoundTasks, ListedTask } from "./task-search.ts";

/** The start page of several tasks: a way to each one's form, a search, and the jobs of whoever looks. */
export function renderIndexPage(
  found: FoundTasks,
  recent: RecentJobs,
  site?: Site,
): Promise<string> {
  return renderPage(
    { title: "Tasks", path: paths.form, assets: ["task-search.js"], site },
    html`<main>
      <section class="panel">
        <h1>Tasks</h1>
        <form method="get" action="${paths.form}" role="search" class="search">
          <label for="q">Search</label>
          <input type="search" id="q" name="q" value="${found.query}" autocomplete="off" />
          <button type="submit">Search</button>
        </form>
        <p role="status" id="count">${describe(found)}</p>
        <div id="found">${renderFound(found)}</div>
      </section>
      ${renderRecentJobs(recent)}
    </main>`,
  );
}

function describe({ query, total, page, pages }: FoundTasks): string {
  if (total === 0) {
    return query.trim() === ""
      ? "There is no task yet: add a file to src/tasks."
      : "No task has all of these words: try fewer.";
  }
  const counted = total === 1 ? "1 task" : `${total} tasks`;
  return pages === 1 ? counted : `${counted}, page ${page} of ${pages}`;
}

function renderFound({ query, tasks, page, pages }: FoundTasks): Markup {
  const link = (to: number, rel: "prev" | "next", text: string) => {
    const search = new URLSearchParams({ ...(query !== "" && { q: query }), page: String(to) });
    return html`<a href="${paths.form}?${search.toString()}" rel="${rel}">${text}</a>`;
  };
  return html`${
    tasks.length > 0 &&
    html`<ul class="tasks">
      ${tasks.map(renderTask)}
    </ul>`
  }
  ${
    pages > 1 &&
    html`<nav aria-label="Pages of tasks" class="pages">
      ${page > 1 && link(page - 1, "prev", "Previous")}
      ${page < pages && link(page + 1, "next", "Next")}
    </nav>`
  }`;
}

function renderTask({ name, title, description }: ListedTask): Markup {
  return html`<li>
    <a href="${paths.tasks}/${name}">${title}</a> <code>${name}</code> <small>${description}</small>
  </li>`;
}
