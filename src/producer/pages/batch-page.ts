import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { FileBatch } from "../../queue/file-batches.ts";
import { isOver, type Standing } from "../batches/standing.ts";
import {
  batchActions,
  countJobs,
  countRows,
  nameFile,
  renderProblems,
  renderSubmit,
  renderTaskLink,
} from "./batch-preview.ts";
import { type ListedRow, renderBatchRows, type RowPages } from "./batch-rows.ts";
import { type Markup, refreshSeconds, renderPage, renderTime, type Site } from "./layout.ts";
import { asSentence } from "./sentence.ts";
import { renderText } from "./shown-text.ts";
import type { TaskWording } from "./task-wording.ts";
import type { Tone } from "./tone.ts";

/** What is shown of a batch beside how it stands. */
export interface BatchView extends RowPages {
  readonly wording: TaskWording;
  readonly site: Site;
  readonly standing: Standing;
  /** The rows that this page of it shows. */
  readonly rows: readonly ListedRow[];
  /** Whether who looks may submit what is left. */
  readonly maySubmit: boolean;
  /** Whether the file is of who looks. */
  readonly isOwn: boolean;
  readonly nowMs: number;
}

interface Look {
  readonly sign: string;
  readonly tone: Tone;
  readonly word: string;
}

/** How a batch is told in a word. */
function lookOf(standing: Standing): Look {
  const { counts, left } = standing;
  const bad = counts.failed + counts.refused;
  if (left > 0) return { sign: "◐", tone: "warn", word: "not all submitted" };
  if (!isOver(standing)) return { sign: "◐", tone: "busy", word: "under way" };
  return bad > 0
    ? { sign: "✗", tone: "bad", word: `${countRows(bad)} failed` }
    : { sign: "✓", tone: "good", word: "done" };
}

/** How the rows of a file stand that was submitted. */
export function renderBatchPage(batch: FileBatch, view: BatchView): Promise<string> {
  const { standing, wording } = view;
  const { counts } = standing;
  const title = wording.titleOf(batch.task);
  const look = lookOf(standing);
  const all = batch.total - batch.wrong;
  const ended = counts.failed + counts.refused + counts.succeeded + counts.gone;
  const seconds = isOver(standing) ? undefined : refreshSeconds;
  return renderPage(
    {
      title: `${look.sign} ${ended} of ${all} ${title}`,
      description: "How the rows of a file stand.",
      refreshSeconds: seconds,
      tone: look.tone,
      assets: ["renewal.js", "sending.js", "rest.js"],
      site: view.site,
    },
    html`<main class="wide" ${seconds === undefined ? "" : html`data-every="${seconds}"`}>
      ${renderTaskLink(batch, wording)}
      <div class="head">
        <div>
          <h1>${countJobs(all)} from a file <span class="pill ${look.tone}">${look.word}</span></h1>
          <p class="meta">
            <span>${nameFile(batch)}</span>
            <span>read ${renderTime(new Date(batch.createdAt).toISOString())}</span>
          </p>
        </div>
        <a class="button" href="${paths.batches}/${batch.id}/${batchActions.results}" download
          >Download results as CSV</a
        >
      </div>
      <p class="warn" role="status" data-lost></p>
      ${renderLeft(batch, view)}
      <section>
        <progress max="${all}" value="${ended}" aria-label="Rows that have ended">
          ${ended}
        </progress>
        ${renderFigures(batch, standing)}
        ${
          counts.gone > 0
            ? html`<p class="sub">
                ${countJobs(counts.gone)} ended and ${counts.gone === 1 ? "is" : "are"} no longer
                kept: how, is not known any more.
              </p>`
            : html`<p hidden></p>`
        }
      </section>
      ${batch.wrong > 0 && renderProblems(batch, wording)} ${renderBatchRows(batch.id, view)}
    </main>`,
  );
}

/** Why some rows were not submitted, and the button that submits them. */
function renderLeft(batch: FileBatch, { standing, maySubmit, isOwn, nowMs }: BatchView): Markup {
  const { id, held } = batch;
  const { left } = standing;
  if (left === 0) return html`<section hidden></section>`;
  const waits = held === undefined ? 0 : Math.max(0, Math.ceil((held.until - nowMs) / 1_000));
  // Of somebody else's, the jobs would be of whoever looks.
  const goesOn = held !== undefined && maySubmit && isOwn;
  return html`<section class="panel">
    <h2>${countRows(left)} ${left === 1 ? "is" : "are"} not submitted yet</h2>
    ${
      held !== undefined &&
      html`<p>
        ${renderText(asSentence(held.why))}${waits > 0 && html` Try again in ${waits} s.`}
      </p>`
    }
    ${
      goesOn &&
      html`<p class="sub" data-scripted>
        While this page is open, it submits them by itself as soon as they are taken.
      </p>`
    }
    ${
      maySubmit &&
      renderSubmit(
        id,
        `Submit the other ${countJobs(left)}`,
        goesOn && waits === 0 ? html`data-due` : "",
      )
    }
  </section>`;
}

/** What there always is, and what there only is where something went otherwise than it should. */
function renderFigures({ wrong }: FileBatch, { counts, left }: Standing): Markup {
  const usual: (readonly [string, number])[] = [
    ["Waiting", counts.waiting],
    ["Working", counts.working],
    ["Succeeded", counts.succeeded],
    ["Failed", counts.failed],
  ];
  const others: typeof usual = [
    ["Refused", counts.refused],
    ["Not submitted", left],
    ["Left out", wrong],
    ["No longer kept", counts.gone],
  ];
  const format = new Intl.NumberFormat("en");
  return html`<dl class="figures">
    ${[...usual, ...others.filter(([, value]) => value > 0)].map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${format.format(value)}</dd>
        </div>`,
    )}
  </dl>`;
}
