import { html } from "hono/html";
import { bulkLimits } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { ListedBulk } from "../../../queue/bulk-records.ts";
import { type Markup, renderPage, renderTime, type Site } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import { renewedSeconds, titleOfRun, tones } from "./bulk-words.ts";
import { type Column, renderTable } from "../../pages/table.ts";

const numbers = new Intl.NumberFormat("en");
const columns: readonly Column<ListedBulk>[] = [
  {
    title: "State",
    kind: "untitled short",
    cell: ({ state }) => html`<span class="pill ${tones[state]}">${state}</span>`,
  },
  { title: "What", kind: "head", cell: renderWhat },
  { title: "Done", kind: "num", cell: ({ done }) => numbers.format(done) },
  { title: "Refused", kind: "num", cell: ({ refused }) => numbers.format(refused) },
  { title: "Failed", kind: "num", cell: ({ failed }) => numbers.format(failed) },
  {
    title: "To go",
    kind: "num",
    cell: ({ total, done, refused, failed }) => numbers.format(total - done - refused - failed),
  },
  {
    title: "Since",
    kind: "short",
    cell: ({ startedAt }) => renderTime(new Date(startedAt).toISOString()),
  },
  { title: "By", cell: ({ by }) => renderText(by) },
];

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
      ${runs.length === 0 ? renderNone() : renderTable(columns, runs)}
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

function renderWhat(run: ListedBulk): Markup {
  const { id, filter, reason } = run;
  return html`<a href="${consolePaths.actions}/${id}">${titleOfRun(run)}</a>
    <small>${renderText(sayFilter(filter))}</small>
    ${reason !== undefined && html`<small>${renderText(reason)}</small>`}`;
}

function sayFilter(filter: string): string {
  const parts = [...new URLSearchParams(filter)];
  return parts.map(([name, value]) => `${name}: ${value.replaceAll(",", ", ")}`).join("; ");
}
