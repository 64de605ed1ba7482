import { html } from "hono/html";
import { auditLimits, type BulkAction, bulkLimits } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { BulkRun } from "../../../queue/bulk-records.ts";
import { type Markup, renderPage, renderTime, type Site } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import { renewedSeconds, titleOfRun, tones, words } from "./bulk-words.ts";

const numbers = new Intl.NumberFormat("en");

export interface BulkOrderPage {
  readonly action: BulkAction;
  /** As the parameters of an address. */
  readonly filter: string;
  /** How many match, of as many as a run may have and one more. */
  readonly jobs: number;
  /** How many were confirmed before, where more match now. */
  readonly confirmed?: number | undefined;
  readonly mayAct: boolean;
  readonly site: Site;
}

/** What is about to be done to how many jobs, and the button that has it done. */
export function renderBulkOrder(order: BulkOrderPage): Promise<string> {
  const { action, filter, jobs, confirmed, mayAct, site } = order;
  const [word, says] = words[action];
  const isTooMany = jobs > bulkLimits.jobs;
  const count = numbers.format(Math.min(jobs, bulkLimits.jobs));
  const title =
    jobs === 0
      ? "No job matches"
      : `${word} ${isTooMany ? `more than ${count}` : count} ${jobs === 1 ? "job" : "jobs"}`;
  return renderPage(
    { title, site },
    html`<main>
      <section class="panel">
        <h1>${title}</h1>
        ${confirmed !== undefined && html`<p role="alert" class="failed">Nothing was done: more jobs match now than the ${numbers.format(confirmed)} of before.</p>`}
        ${renderFilter(filter)}
        ${isTooMany && html`<p role="alert" class="failed">A run has ${count} jobs at most: narrow the filter.</p>`}
        ${!mayAct && html`<p>Only an operator can have that done, where BOARD_READ_ONLY is false.</p>`}
        ${
          mayAct &&
          !isTooMany &&
          jobs > 0 &&
          html`<p>${says} What has moved meanwhile is left alone, and told.</p>
            <form method="post" action="${consolePaths.actions}">
              <input type="hidden" name="action" value="${action}" />
              <input type="hidden" name="filter" value="${filter}" />
              <input type="hidden" name="jobs" value="${jobs}" />
              <div class="field">
                <label for="reason">Reason, if you like</label>
                <input type="text" id="reason" name="reason" maxlength="${auditLimits.reason}" />
              </div>
              <button>${title}</button>
            </form>`
        }
        <p><a href="${consolePaths.jobs}?${filter}">Look at them first</a></p>
      </section>
    </main>`,
  );
}

function renderFilter(filter: string): Markup {
  return html`<dl class="kv">
    ${[...new URLSearchParams(filter)].map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${renderText(value.replaceAll(",", ", "))}</dd>`,
    )}
  </dl>`;
}

/** How far a run is, and what was refused and why. */
export function renderBulkRun(
  run: BulkRun,
  {
    mayAct,
    isHeld,
    site,
  }: {
    readonly mayAct: boolean;
    /** Whether nobody goes on with it, as operators can only look. */
    readonly isHeld: boolean;
    readonly site: Site;
  },
): Promise<string> {
  const { state, total, filter, by, reason, startedAt, endedAt } = run;
  const dealt = run.done + run.refused + run.failed;
  const isOver = state !== "running";
  const title = titleOfRun(run);
  const figures = [
    ["Done", run.done],
    ["Refused", run.refused],
    ["Failed", run.failed],
    ["To go", total - dealt],
  ] as const;
  return renderPage(
    {
      title,
      site,
      tone: tones[state],
      refreshSeconds: isOver ? undefined : renewedSeconds,
      assets: ["renewal.js"],
    },
    html`<main class="wide" ${isOver ? "" : html`data-every="${renewedSeconds}"`}>
      <nav aria-label="Breadcrumb">
        <a href="${consolePaths.actions}">Actions on many jobs</a>
      </nav>
      <div class="head">
        <div>
          <h1>${title} <span class="pill ${tones[state]}">${state}</span></h1>
          <p class="meta">
            <span>by ${renderText(by)}, ${renderTime(new Date(startedAt).toISOString())}</span>
            ${endedAt !== undefined && html`<span>ended ${renderTime(new Date(endedAt).toISOString())}</span>`}
            ${reason !== undefined && html`<span>${renderText(reason)}</span>`}
          </p>
        </div>
        ${
          mayAct &&
          !isOver &&
          html`<form method="post" action="${consolePaths.actions}/${run.id}/stop">
            <button class="plain">Stop</button>
          </form>`
        }
      </div>
      <p class="warn" role="status" data-lost></p>
      ${!isOver && isHeld && html`<p class="warn">It waits until BOARD_READ_ONLY is false: operators can only look now.</p>`}
      <progress max="${total}" value="${dealt}" aria-label="Jobs dealt with">${dealt}</progress>
      <dl class="figures">
        ${figures.map(
          ([name, value]) =>
            html`<div>
              <dt>${name}</dt>
              <dd>${numbers.format(value)}</dd>
            </div>`,
        )}
      </dl>
      ${renderUnserved(run)}
      <section>
        <h2>Which</h2>
        ${renderFilter(filter)}
        <p><a href="${consolePaths.jobs}?${filter}">Those that match now</a></p>
      </section>
    </main>`,
  );
}

function renderUnserved({ unserved, refused, failed }: BulkRun): Markup {
  if (unserved.length === 0) return html`<section hidden></section>`;
  return html`<section>
    <h2>Not done</h2>
    <ul class="tasks">
      ${unserved.map(
        ({ id, why }) =>
          html`<li>
            <a href="${consolePaths.jobs}/${encodeURIComponent(id)}"
              ><code>${renderText(id)}</code></a
            >
            <small>${renderText(why)}</small>
          </li>`,
      )}
    </ul>
    ${refused + failed > unserved.length && html`<p class="sub">The latest ${unserved.length} are shown.</p>`}
  </section>`;
}
