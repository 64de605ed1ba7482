import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { RowState, StandingRow } from "../batches/standing.ts";
import type { RecentJob } from "../jobs/recent-jobs.ts";
import { renderOutcome, renderState, summarizeInput } from "./form-page.ts";
import type { Markup } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import type { TaskWording } from "./task-wording.ts";
import type { Tone } from "./tone.ts";

/** A row that was submitted, with what is kept of its job. */
export interface ListedRow extends StandingRow {
  readonly job: RecentJob | undefined;
}

/** Of the list of rows, from 1. */
export interface RowPages {
  readonly page: number;
  readonly pages: number;
}

/** Of rows whose job says nothing itself. */
const looks: Readonly<Record<RowState, readonly [Tone, string]>> = {
  failed: ["bad", "failed"],
  refused: ["bad", "refused"],
  working: ["busy", "working"],
  waiting: ["idle", "waiting"],
  succeeded: ["good", "succeeded"],
  gone: ["idle", "not kept"],
};

/** The rows of a file, one line each; the page of its job has the whole. */
export function renderBatchRows(
  id: string,
  view: RowPages & { readonly rows: readonly ListedRow[]; readonly wording: TaskWording },
): Markup {
  const { rows, page, pages, wording } = view;
  const link = (to: number, rel: "prev" | "next", text: string) =>
    html`<a href="${paths.batches}/${id}?page=${to}" rel="${rel}">${text}</a>`;
  if (rows.length === 0) {
    return html`<section class="panel">
      <h2>Rows</h2>
      <p>None was submitted yet.</p>
    </section>`;
  }
  return html`<section class="panel">
    <h2>Rows${pages > 1 && html`, page ${page} of ${pages}`}</h2>
    <table class="rows stack">
      <thead>
        <tr>
          <th class="number">Row</th>
          <th class="status">State</th>
          <th>Outcome</th>
          <th>Input</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => renderRow(row, wording))}
      </tbody>
    </table>
    ${
      pages > 1 &&
      html`<nav aria-label="Pages of rows" class="pages">
        ${page > 1 && link(page - 1, "prev", "Previous")}
        ${page < pages && link(page + 1, "next", "Next")}
      </nav>`
    }
  </section>`;
}

function renderRow({ row, state, refused, job }: ListedRow, wording: TaskWording): Markup {
  const name = `Row ${row}`;
  const [tone, word] = looks[state];
  return html`<tr>
    <td class="number">${job === undefined ? name : html`<a href="${job.page}">${name}</a>`}</td>
    <td class="status">
      ${job === undefined ? html`<span class="pill ${tone}">${word}</span>` : renderState(job)}
    </td>
    <td data-label="Outcome">
      ${refused === undefined ? job !== undefined && renderOutcome(job) : html`<bdi>${renderText(refused)}</bdi>`}
    </td>
    <td data-label="Input">
      ${job !== undefined && html`<bdi>${renderText(summarizeInput(job, wording))}</bdi>`}
    </td>
  </tr>`;
}
