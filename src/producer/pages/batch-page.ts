import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { FileBatch } from "../../queue/file-batches.ts";
import { isOver, type RowState, type Standing, type StandingRow } from "../batches/standing.ts";
import type { RecentJob } from "../jobs/recent-jobs.ts";
import {
  batchActions,
  countJobs,
  countRows,
  renderProblems,
  renderSubmit,
} from "./batch-preview.ts";
import type { Field } from "./fields.ts";
import { type Markup, refreshSeconds, renderPage, renderTime, type Site } from "./layout.ts";
import { nameFailure } from "./failure-name.ts";
import { asSentence } from "./sentence.ts";
import { renderText } from "./shown-text.ts";
import type { Tone } from "./tone.ts";

/** What is shown of a batch beside how it stands. */
export interface BatchView {
  readonly title: string;
  readonly fields: readonly Field[];
  readonly standing: Standing;
  /** The rows that this page of it shows, with what is kept of their jobs. */
  readonly rows: readonly (StandingRow & { readonly job: RecentJob | undefined })[];
  /** Of the list of rows, from 1. */
  readonly page: number;
  readonly pages: number;
  /** Whether who looks may submit what is left. */
  readonly maySubmit: boolean;
  readonly nowMs: number;
  readonly site: Site;
}

const numbers = new Intl.NumberFormat("en");

const tones: Readonly<Record<RowState, Tone>> = {
  failed: "bad",
  refused: "bad",
  working: "busy",
  waiting: "idle",
  succeeded: "good",
  gone: "idle",
};

const words: Readonly<Record<RowState, string>> = {
  failed: "failed",
  refused: "refused",
  working: "working",
  waiting: "waiting",
  succeeded: "succeeded",
  gone: "no longer kept",
};

interface Look {
  readonly sign: string;
  readonly tone: Tone;
  readonly word: string;
}

/** How a batch is told in a word. */
function lookOf(standing: Standing): Look {
  const { counts, left } = standing;
  if (!isOver(standing)) {
    return left > 0
      ? { sign: "◐", tone: "warn", word: "not all submitted" }
      : { sign: "◐", tone: "busy", word: "under way" };
  }
  if (counts.failed + counts.refused > 0) {
    return { sign: "✗", tone: "bad", word: `${countRows(counts.failed + counts.refused)} failed` };
  }
  return { sign: "✓", tone: "good", word: "done" };
}

/** How the rows of a file stand that was submitted. */
export function renderBatchPage(batch: FileBatch, view: BatchView): Promise<string> {
  const { standing, title } = view;
  const { counts } = standing;
  const look = lookOf(standing);
  const all = batch.total - batch.wrong;
  const ended = counts.failed + counts.refused + counts.succeeded + counts.gone;
  const over = isOver(standing);
  // What was not submitted waits for somebody, and not for time.
  const seconds = over ? undefined : refreshSeconds;
  return renderPage(
    {
      title: `${look.sign} ${ended} of ${all} ${title}`,
      description: "How the rows of a file stand.",
      refreshSeconds: seconds,
      tone: look.tone,
      assets: ["renewal.js"],
      site: view.site,
    },
    html`<main class="wide" ${seconds === undefined ? "" : html`data-every="${seconds}"`}>
      <div class="head">
        <div>
          <h1>
            ${renderText(title)}: ${countJobs(all)}
            <span class="pill ${look.tone}">${look.word}</span>
          </h1>
          <p class="meta">
            <span>${renderText(batch.file === "" ? "unnamed" : batch.file)}</span>
            <span>read ${renderTime(new Date(batch.createdAt).toISOString())}</span>
          </p>
        </div>
        <div class="actions" data-kept>
          <a class="button" href="${paths.batches}/${batch.id}/${batchActions.results}" download
            >Download results as CSV</a
          >
        </div>
      </div>
      <p class="warn" role="status" data-lost></p>
      ${renderLeft(batch, view)}
      <progress max="${all}" value="${ended}" aria-label="Rows that have ended">${ended}</progress>
      ${renderFigures(batch, standing)}
      ${
        counts.gone > 0
          ? html`<p class="sub">
              ${countJobs(counts.gone)} ended and ${counts.gone === 1 ? "is" : "are"} no longer
              kept: how, is not known any more.
            </p>`
          : html`<p hidden></p>`
      }
      ${batch.wrong > 0 ? renderProblems(batch, view.fields) : html`<section hidden></section>`}
      ${renderRows(batch, view)}
    </main>`,
  );
}

/** Why some rows were not submitted, and the button that submits them. */
function renderLeft(
  { id, held }: FileBatch,
  { standing: { left }, maySubmit, nowMs }: BatchView,
): Markup {
  if (left === 0) return html`<div hidden></div>`;
  const waits = held === undefined ? 0 : Math.ceil((held.until - nowMs) / 1_000);
  return html`<div class="refusal">
    <p>${countRows(left)} ${left === 1 ? "is" : "are"} not submitted yet.</p>
    ${held !== undefined && html`<p>${renderText(asSentence(held.why))}</p>`}
    ${waits > 0 && html`<p class="sub">Try again in ${waits} s.</p>`}
    ${maySubmit ? renderSubmit(id, `Submit the other ${countJobs(left)}`) : ""}
  </div>`;
}

function renderFigures({ wrong }: FileBatch, { counts, left }: Standing): Markup {
  const figures: (readonly [string, number])[] = [
    ["Waiting", counts.waiting],
    ["Working", counts.working],
    ["Succeeded", counts.succeeded],
    ["Failed", counts.failed],
    ["Refused", counts.refused + wrong],
    ["Not submitted", left],
    ["No longer kept", counts.gone],
  ];
  return html`<dl class="figures">
    ${figures.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${numbers.format(value)}</dd>
        </div>`,
    )}
  </dl>`;
}

function renderRows({ id }: FileBatch, { rows, page, pages }: BatchView): Markup {
  const link = (to: number, rel: "prev" | "next", text: string) =>
    html`<a href="${paths.batches}/${id}?page=${to}" rel="${rel}">${text}</a>`;
  return html`<section class="panel">
    <h2>Rows${pages > 1 && html`, page ${page} of ${pages}`}</h2>
    <table class="rows">
      <thead>
        <tr>
          <th class="number">Row</th>
          <th class="status">State</th>
          <th>Outcome</th>
          <th>Input</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(renderRow)}
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

function renderRow({ row, state, refused, job }: BatchView["rows"][number]): Markup {
  const name = `Row ${row}`;
  const outcome = refused ?? describeOutcome(job);
  const input = job === undefined ? "" : JSON.stringify(job.input).slice(1, -1);
  return html`<tr>
    <td class="number">${job === undefined ? name : html`<a href="${job.page}">${name}</a>`}</td>
    <td class="status"><span class="pill ${tones[state]}">${words[state]}</span></td>
    <td data-label="Outcome">${outcome !== "" && html`<bdi>${renderText(outcome)}</bdi>`}</td>
    <td data-label="Input">${input !== "" && html`<bdi>${renderText(input)}</bdi>`}</td>
  </tr>`;
}

function describeOutcome(job: RecentJob | undefined): string {
  if (job === undefined || job.outcome === "") return "";
  return job.status === "failed" ? nameFailure(job.outcome) : job.outcome;
}
