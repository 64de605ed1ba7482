import { html } from "hono/html";
import { bulkActions } from "../../../contract/actions.ts";
import { type FilterState, filterStates, formatJobFilter } from "../../../contract/job-filter.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { FailureGroup, IndexedPage, StateCounts } from "../../explorer/job-index.ts";
import type { IndexStanding } from "../../explorer/job-index.ts";
import { type Markup, renderPage, type Site } from "../../pages/layout.ts";
import { nameFailure } from "../../pages/failure-name.ts";
import { renderText } from "../../pages/shown-text.ts";
import { type Choices, renderFilterForm } from "./filter-form.ts";
import { renderJobRow } from "./job-row.ts";
import type { ShownJob } from "./shown-jobs.ts";
import { renderProblems, renderStanding } from "./standing.ts";
import type { SearchProgress } from "./text-search.ts";
import { addressOf, type ExplorerView, formatCursor, sortedBy } from "./view.ts";

export interface ExplorerPage extends Pick<IndexedPage, "hasBefore" | "hasAfter"> {
  readonly view: ExplorerView;
  readonly jobs: readonly ShownJob[];
  readonly counts: StateCounts;
  readonly standing: IndexStanding;
  readonly choices: Choices;
  /** What the jobs of the filter's group have in common, where it has any. */
  readonly group: FailureGroup | undefined;
  /** Of a search through the texts of jobs. */
  readonly progress: SearchProgress | undefined;
  readonly titleOf: (task: string) => string;
  readonly site: Site;
}

const numbers = new Intl.NumberFormat("en");
const states = Object.keys(filterStates) as FilterState[];

/** Jobs that match, a page of them, with how many there are in each state. */
export function renderExplorerPage(page: ExplorerPage): Promise<string> {
  const { view, site } = page;
  return renderPage(
    {
      title: nameView(view),
      description: "Find any job.",
      path: consolePaths.jobs,
      site,
      assets: ["explorer.css", "explorer.js"],
    },
    html`<main class="wide explorer">
      <div class="head">
        <h1>Jobs</h1>
        <p class="sub" role="status">${renderStanding(page.standing)}</p>
      </div>
      ${renderStates(view, page.counts)} ${renderFilterForm(view, page.choices)}
      ${renderProblems(view.problems)} ${renderGroup(page)} ${renderBulkLinks(view)}
      ${renderProgress(page)} ${page.jobs.length === 0 ? renderNone(page) : renderTable(page)}
    </main>`,
  );
}

function nameView({ filter: { states: chosen } }: ExplorerView): string {
  const [only] = chosen?.length === 1 ? chosen : [];
  return only === undefined ? "Jobs" : `${capitalize(only)} jobs`;
}

function renderStates(view: ExplorerView, counts: StateCounts): Markup {
  const chosen = view.filter.states ?? [];
  const all = states.reduce((sum, state) => sum + counts[state], 0);
  const tab = (state: FilterState | undefined, count: number) => {
    const isShown = state === undefined ? chosen.length === 0 : chosen.includes(state);
    return html`<li>
      <a href="${addressOf(view, { state })}" ${isShown ? html` aria-current="true"` : ""}
        >${capitalize(state ?? "all")} <b>${numbers.format(count)}</b></a
      >
    </li>`;
  };
  return html`<nav aria-label="States">
    <ul class="states">
      ${tab(undefined, all)} ${states.map((state) => tab(state, counts[state]))}
    </ul>
  </nav>`;
}

function renderGroup({ view, group, titleOf }: ExplorerPage): Markup | string {
  if (view.filter.group === undefined) return "";
  return html`<p class="chosen">
    ${
      group === undefined
        ? "Failures of one kind"
        : html`<b>${nameFailure(group.failureClass)}</b> of ${renderText(titleOf(group.task))}:
            <bdi>${renderText(group.message)}</bdi>`
    }
    · <a href="${addressOf(view, { group: undefined })}">all kinds</a>
  </p>`;
}

/** How far a search has come, with a link to go on, which the page's script follows by itself. */
function renderProgress({ progress }: ExplorerPage): Markup | string {
  if (progress === undefined) return "";
  const { read, total, found, next, isFull } = progress;
  return html`<p class="chosen">
    <span role="status"
      >read ${numbers.format(read)} of ${numbers.format(total)}, ${numbers.format(found)}
      found${isFull ? " on this page" : ""}</span
    >
    ${
      next !== undefined &&
      html`·
        <a href="${next}" ${isFull ? "" : html` data-go-on`}>${isFull ? "find more" : "go on"}</a>`
    }
  </p>`;
}

/** What can be done to all that match; a text is no filter for that. */
function renderBulkLinks({ filter, problems }: ExplorerView): Markup | string {
  if (problems.length > 0 || filter.text !== undefined) return "";
  const { states: chosen = states } = filter;
  const offered = Object.entries(bulkActions).filter(([, possible]) =>
    possible.some((state) => chosen.includes(state)),
  );
  const query = formatJobFilter(filter).toString();
  return html`<p class="sub">
    All that match:
    ${offered.map(([name]) => {
      const order = `${consolePaths.actions}/new?action=${name}${query === "" ? "" : `&${query}`}`;
      return html` <a href="${order}">${name}…</a>`;
    })}
  </p>`;
}

function renderTable({ view, jobs, hasBefore, hasAfter, titleOf }: ExplorerPage): Markup {
  return html`<table class="jobs stack">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Task</th>
          <th scope="col" class="what">Input and outcome</th>
          <th scope="col" class="num">Tries</th>
          <th scope="col" class="num">Waited</th>
          <th scope="col" class="num">Ran</th>
          <th scope="col" class="num">Submitted</th>
          <th scope="col" class="num">Ended</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map((job) => renderJobRow(job, titleOf))}
      </tbody>
    </table>
    <nav class="pages" aria-label="Pages">
      ${hasBefore && html`<a href="${addressOf(view, {})}">First</a>`}
      ${hasBefore && renderTurn(view, "before", jobs[0])}
      ${hasAfter && renderTurn(view, "after", jobs.at(-1))}
    </nav>`;
}

const turnWords = { before: "Previous", after: "Next" } as const;

function renderTurn(
  view: ExplorerView,
  side: keyof typeof turnWords,
  job: ShownJob | undefined,
): Markup | string {
  if (job === undefined) return "";
  const cursor = formatCursor(sortedBy(view, job), job.id);
  return html`<a
    href="${addressOf(view, { [side]: cursor })}"
    rel="${side === "after" ? "next" : "prev"}"
    >${turnWords[side]}</a
  >`;
}

function renderNone({ view, standing, counts, progress }: ExplorerPage): Markup | string {
  const { filter, cursor } = view;
  const isAny = states.some((state) => counts[state] > 0);
  if (filter.text !== undefined) {
    return progress?.next !== undefined
      ? ""
      : html`<p>
          No job has this id or Idempotency-Key, nor this text in its input, result or error.
          <a href="${addressOf(view, { text: undefined })}">Clear the search</a>
        </p>`;
  }
  if (cursor !== undefined) {
    return html`<p>
      No job is there any more. <a href="${addressOf(view, {})}">Show the first page</a>
    </p>`;
  }
  if (Object.keys(filter).length > 0) {
    return html`<p>
      No job matches${isAny ? " in this state" : ""}.
      <a href="${consolePaths.jobs}">Show all jobs</a>
    </p>`;
  }
  if (standing.phase === "scanning")
    return html`<p>None is read yet. Load the page again in a moment.</p>`;
  return html`<p>
    No job has been submitted yet, or none is kept any more. Submit one with a task's form, or with
    <code>npm run jobs submit</code>.
  </p>`;
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
