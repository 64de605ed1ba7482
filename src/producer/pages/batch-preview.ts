import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { FileBatch } from "../../queue/file-batches.ts";
import type { Field } from "./fields.ts";
import type { TaskWording } from "./task-wording.ts";
import { type Markup, renderPage, renderTime, type Site } from "./layout.ts";
import { asSentence } from "./sentence.ts";
import { renderText } from "./shown-text.ts";
import { readable } from "./shown-value.ts";

/** A row as it would be submitted. */
export interface PreviewRow {
  readonly row: number;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Preview {
  readonly wording: TaskWording;
  readonly fields: readonly Field[];
  /** The first rows without errors. */
  readonly rows: readonly PreviewRow[];
  /** Whether who looks may submit it. */
  readonly maySubmit: boolean;
  readonly site: Site;
}

/** Where a batch is sent to be submitted, below its page. */
export const batchActions = { submit: "submit", results: "results.csv" } as const;

/** A file that was read, before any of it is submitted. */
export function renderPreview(batch: FileBatch, preview: Preview): Promise<string> {
  const { total, wrong } = batch;
  const good = total - wrong;
  const { wording } = preview;
  return renderPage(
    {
      title: `${countRows(total)} for ${wording.titleOf(batch.task)}`,
      description: "What a file would submit.",
      assets: ["sending.js"],
      site: preview.site,
    },
    html`<main class="wide">
      ${renderTaskLink(batch, wording)}
      <div class="head">
        <div>
          <h1>${countRows(total)} from a file <span class="pill idle">not submitted</span></h1>
          <p class="meta">
            <span>${nameFile(batch)}</span>
            <span
              >read ${renderTime(new Date(batch.createdAt).toISOString())}, kept for an hour</span
            >
          </p>
        </div>
        ${good > 0 && preview.maySubmit && renderSubmit(batch.id, `Submit ${countJobs(good)}`)}
      </div>
      ${wrong > 0 && renderProblems(batch, wording)} ${good > 0 && renderRows(preview, good)}
      <p><a href="${paths.tasks}/${batch.task}">Choose another file</a></p>
    </main>`,
  );
}

/** To the form of a file's task, which is where another one is sent. */
export function renderTaskLink({ task }: FileBatch, { titleOf }: TaskWording): Markup {
  return html`<nav aria-label="Breadcrumb">
    <a href="${paths.tasks}/${task}">${renderText(titleOf(task))}</a>
  </nav>`;
}

/** What its sender calls a file. */
export function nameFile({ file }: Pick<FileBatch, "file">): Markup {
  return html`<bdi>${renderText(file === "" ? "a file without a name" : file)}</bdi>`;
}

/** The button that submits what was not submitted yet. */
export function renderSubmit(id: string, text: string, due: Markup | "" = ""): Markup {
  return html`<form
    method="post"
    action="${paths.batches}/${id}/${batchActions.submit}"
    data-silent="There is no answer yet. Wait, or send it again: no row makes a second job."
    ${due}
  >
    <button type="submit">${text}</button>
    <p role="status" class="sending"></p>
  </form>`;
}

/** Rows that no job can be made of, with what is wrong with the first of them. */
export function renderProblems(
  { task, wrong, total, problems }: FileBatch,
  { labelOf }: TaskWording,
): Markup {
  return html`<section class="panel">
    <h2>${wrong === total ? "No row can be submitted" : `${countRows(wrong)} left out`}</h2>
    <ul class="tasks">
      ${problems.map(
        ({ row, errors }) =>
          html`<li>
            Row ${row}:
            ${errors.map(
              ({ field, detail }) =>
                html`<span class="failed"
                  >${field !== "" && html`<strong>${renderText(labelOf(task, field))}</strong>: `}${renderText(asSentence(detail))}
                </span>`,
            )}
          </li>`,
      )}
    </ul>
    ${wrong > problems.length && html`<p class="sub">The first ${problems.length} are shown.</p>`}
  </section>`;
}

function renderRows({ fields, rows }: Preview, good: number): Markup {
  return html`<section class="panel">
    <h2>What is submitted</h2>
    <table class="rows stack">
      <thead>
        <tr>
          <th class="number">Row</th>
          ${fields.map(({ label }) => html`<th>${renderText(label)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ row, input }) =>
            html`<tr>
              <td class="number" data-label="Row">${row}</td>
              ${fields.map(({ name, label }) => html`<td data-label="${label}">${renderCell(input[name])}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${good > rows.length && html`<p class="sub">The first ${rows.length} of ${numbers.format(good)} are shown.</p>`}
  </section>`;
}

/** What a row of one line can show. */
const shownLength = 200;

function renderCell(value: unknown): Markup | string {
  if (value === undefined) return "";
  return html`<bdi>${renderText(readable(value).slice(0, shownLength).toWellFormed())}</bdi>`;
}

const numbers = new Intl.NumberFormat("en");

export function countRows(count: number): string {
  return count === 1 ? "1 row" : `${numbers.format(count)} rows`;
}

export function countJobs(count: number): string {
  return count === 1 ? "1 job" : `${numbers.format(count)} jobs`;
}
