import { html } from "hono/html";
import { type FilterProblem, filterSpans } from "../../../contract/job-filter.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { FailureGroup, IndexStanding } from "../../explorer/job-index.ts";
import { nameFailure } from "../../pages/failure-name.ts";
import { type Markup, renderPage, renderTime, type Site } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import { spanWords } from "./filter-form.ts";
import { renderSparkline } from "./sparkline.ts";
import { renderProblems, renderStanding } from "./standing.ts";
import { addressOf, type ExplorerView } from "./view.ts";

export interface FailuresPage {
  readonly view: Pick<ExplorerView, "parameters">;
  readonly problems: readonly FilterProblem[];
  readonly groups: readonly FailureGroup[];
  readonly standing: IndexStanding;
  readonly titleOf: (task: string) => string;
  readonly site: Site;
}

/** Of more kinds, those with the fewest failures are not shown. */
const mostShown = 100;
const numbers = new Intl.NumberFormat("en");
const spans = Object.keys(filterSpans) as (keyof typeof filterSpans)[];

/** Failures of one kind in a row, the most frequent kind first. */
export function renderFailuresPage(page: FailuresPage): Promise<string> {
  const { groups, view, problems, standing, site } = page;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return renderPage(
    {
      title: "Failures",
      description: "What fails alike, how often, and since when.",
      path: consolePaths.failures,
      site,
      assets: ["explorer.css"],
    },
    html`<main class="wide explorer">
      <div class="head">
        <h1>Failures</h1>
        <p class="sub" role="status">
          ${numbers.format(count)} in ${numbers.format(groups.length)}
          ${groups.length === 1 ? "kind" : "kinds"} · ${renderStanding(standing)}
        </p>
      </div>
      ${renderSpans(view)} ${renderProblems(problems)}
      ${groups.length === 0 ? renderNone(view) : renderGroups(page)}
    </main>`,
  );
}

function renderSpans(view: FailuresPage["view"]): Markup {
  const { parameters } = view;
  const isTimed = Boolean(parameters.get("from") ?? parameters.get("to"));
  const shown = parameters.get("within") ?? "";
  const tab = (within: (typeof spans)[number] | undefined) => {
    const isShown = !isTimed && shown === (within ?? "");
    const to = addressOf(view, { within, from: undefined, to: undefined });
    return html`<li>
      <a href="${to}" ${isShown ? html` aria-current="true"` : ""}
        >${within === undefined ? "Any time" : spanWords[within]}</a
      >
    </li>`;
  };
  return html`<nav aria-label="Times">
    <ul class="states">
      ${spans.map(tab)} ${tab(undefined)}
    </ul>
  </nav>`;
}

function renderGroups({ groups, view, titleOf }: FailuresPage): Markup {
  return html`<table class="kinds stack">
      <thead>
        <tr>
          <th scope="col">What failed</th>
          <th scope="col">Trend</th>
          <th scope="col" class="num">Failures</th>
          <th scope="col">First</th>
          <th scope="col">Last</th>
          <th scope="col">Releases</th>
        </tr>
      </thead>
      <tbody>
        ${groups.slice(0, mostShown).map((group) => renderGroup(group, { view, titleOf }))}
      </tbody>
    </table>
    <p class="sub">
      Failures are of one kind where task, class and message are the same but for numbers, ids and
      quoted texts, and where the same functions threw them.
      ${groups.length > mostShown && `The ${mostShown} most frequent kinds are shown.`}
    </p>`;
}

function renderGroup(
  found: FailureGroup,
  { view, titleOf }: Pick<FailuresPage, "view" | "titleOf">,
): Markup {
  const { group, task, failureClass, message, count, firstAt, lastAt, releases } = found;
  const jobs = `${consolePaths.jobs}${addressOf(view, { state: "failed", group, sort: "ended" })}`;
  return html`<tr>
    <th scope="row">
      <a href="${jobs}">${renderText(message === "" ? "no message" : message)}</a>
      <small>${renderText(titleOf(task))} · ${nameFailure(failureClass)}</small>
    </th>
    <td>${renderSparkline(found.buckets)}</td>
    <td class="num" data-label="Failures">${numbers.format(count)}</td>
    <td class="time" data-label="First">${renderTime(new Date(firstAt).toISOString())}</td>
    <td class="time" data-label="Last">${renderTime(new Date(lastAt).toISOString())}</td>
    <td class="mono" data-label="Releases">${renderText(nameReleases(releases))}</td>
  </tr>`;
}

/** Few of them: with a fault that outlives its release, all of a year may have it. */
function nameReleases(releases: readonly string[]): string {
  const shown = releases.slice(0, 3).join(", ");
  return releases.length > 3 ? `${shown} and ${releases.length - 3} more` : shown;
}

function renderNone(view: FailuresPage["view"]): Markup {
  const isNarrowed = [...view.parameters.values()].some((value) => value !== "");
  return isNarrowed
    ? html`<p>
        Nothing failed that matches. <a href="${consolePaths.failures}">Show all failures</a>
      </p>`
    : html`<p>No job that is kept has failed.</p>`;
}
