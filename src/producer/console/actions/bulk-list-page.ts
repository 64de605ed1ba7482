import { html } from "hono/html";
import { bulkLimits } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { ListedBulk } from "../../../queue/bulk-records.ts";
import { type Markup, renderPage, renderTime, type Site } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import { renewedSeconds, titleOfRun, tones } from "./bulk-words.ts";
import { renderHead } from "../../pages/table-head.ts";

const numbers = new Intl.NumberFormat("en");
const columns = ["State", "What", "Done", "Refused", "Failed", "To go", "Since", "By"] as const;

/**
 * What was done to many jobs, the latest first; `isHeld` says that nobody goes on with any, as operators
 * can only look.
 */
export function renderBulkList(
  runs: readonly ListedBulk[],
  { isHeld, site }: { readonly isHeld: boolean; readonly site: Site },
): Promise<string> {
  const goesOn = runs.some(({ state }) => state === "running");
  return renderPage(
    {
      title: "Actions on many jobs",
      description: "What operators have had done to many jobs at once, and how far it is.",
      site,
      refreshSeconds: goesOn ? renewedSeconds : undefined,
      assets: ["workers.css", "renewal.js"],
    },
    html`<main class="wide" ${goesOn ? html`data-every="${renewedSeconds}"` : ""}>
      <nav aria-label="Breadcrumb"><a href="${consolePaths.audit}">Audit</a></nav>
      <div class="head">
        <h1>Actions on many jobs</h1>
        <p class="warn" role="status" data-lost></p>
      </div>
      ${goesOn && isHeld && html`<p class="warn">What is running waits until BOARD_READ_ONLY is false: operators can only look now.</p>`}
      ${runs.length === 0 ? renderNone() : renderRuns(runs)}
      <p class="sub">
        The latest ${bulkLimits.listed} of the last ${bulkLimits.keptDays} days are shown; the audit
        has older ones.
      </p>
    </main>`,
  );
}

function renderNone(): Markup {
  return html`<p>
    Nothing was done to many jobs at once lately. To begin, choose some by a filter of
    <a href="${consolePaths.jobs}">Jobs</a>, and then what is done to all that match.
  </p>`;
}

function renderRuns(runs: readonly ListedBulk[]): Markup {
  return html`<table class="workers stack">
    ${renderHead(columns)}
    <tbody>
      ${runs.map(renderRun)}
    </tbody>
  </table>`;
}

function renderRun(run: ListedBulk): Markup {
  const { id, state, total, done, refused, failed, by, reason, startedAt } = run;
  return html`<tr>
    <td class="short"><span class="pill ${tones[state]}">${state}</span></td>
    <th scope="row">
      <a href="${consolePaths.actions}/${id}">${titleOfRun(run)}</a>
      <small>${renderText(sayFilter(run.filter))}</small>
      ${reason !== undefined && html`<small>${renderText(reason)}</small>`}
    </th>
    <td data-label="Done" class="num">${numbers.format(done)}</td>
    <td data-label="Refused" class="num">${numbers.format(refused)}</td>
    <td data-label="Failed" class="num">${numbers.format(failed)}</td>
    <td data-label="To go" class="num">${numbers.format(total - done - refused - failed)}</td>
    <td data-label="Since" class="short">${renderTime(new Date(startedAt).toISOString())}</td>
    <td data-label="By">${renderText(by)}</td>
  </tr>`;
}

function sayFilter(filter: string): string {
  const parts = [...new URLSearchParams(filter)];
  return parts.map(([name, value]) => `${name}: ${value.replaceAll(",", ", ")}`).join("; ");
}
