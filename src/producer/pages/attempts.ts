import { html } from "hono/html";
import { attemptOutcomes } from "../../contract/job-history.ts";
import type { JobStatus } from "../jobs/job-status.ts";
import type { JobLinks } from "../jobs/links.ts";
import type { Markup } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import { renderLongText } from "./shown-value.ts";
import { type Attempt, describeAttempt, nameAttempt } from "./story.ts";

interface AttemptSurroundings {
  readonly links: JobLinks;
  /** By the number of their start, where the reader may see them. */
  readonly stacks?: ReadonlyMap<number, string>;
}

/** Why each attempt that brought nothing did so, the latest first; nothing where all went well. */
export function renderAttempts(
  { history = [] }: JobStatus,
  { stacks, links }: AttemptSurroundings,
): Markup | string {
  const ended = history.filter(({ outcome }) => outcome !== "running" && outcome !== "succeeded");
  if (ended.length === 0) return html`<section hidden></section>`;
  return html`<section class="panel">
    <h2>Attempts that brought no result</h2>
    ${ended.toReversed().map((attempt) => renderAttempt(attempt, { stack: stacks?.get(attempt.start), links }))}
  </section>`;
}

function renderAttempt(
  attempt: Attempt,
  { stack, links }: { readonly stack: string | undefined; readonly links: JobLinks },
): Markup {
  const { tone, word } = describeAttempt(attempt);
  const { error, worker } = attempt;
  const text = error ?? attemptOutcomes[attempt.outcome];
  return html`<div class="attempt">
    <p>
      <b>${nameAttempt(attempt)}</b>
      ${word !== undefined && html`<span class="pill ${tone}">${word}</span>`}
    </p>
    <div>${renderLongText(text, `attempt-${attempt.start}`)}</div>
    ${stack !== undefined && renderStack(stack, attempt.start)}
    <p class="sub">${worker !== undefined && renderWorker(worker)}${renderSpan(attempt, links)}</p>
  </div>`;
}

function renderSpan({ trace_id: trace, span_id: span }: Attempt, links: JobLinks): Markup | string {
  if (trace === undefined || span === undefined) return "";
  const url = links.toSpan(trace, span);
  const id = html`<code>${span}</code>`;
  return html` · span ${url === undefined ? id : html`<a href="${url}">${id}</a>`}`;
}

function renderStack(stack: string, start: number): Markup {
  return html`<details id="stack-${start}">
    <summary>Stack</summary>
    <pre role="group" aria-label="Stack" tabindex="0">${renderText(stack)}</pre>
  </details>`;
}

function renderWorker({ name, host = name, release }: NonNullable<Attempt["worker"]>): Markup {
  return html`worker on
  ${renderText(host)}${release !== undefined && html`, release ${renderText(release)}`}`;
}
