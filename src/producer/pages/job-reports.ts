import { html } from "hono/html";
import type { JobLog } from "../jobs/job-log.ts";
import { type JobStatus, linksOf } from "../jobs/job-status.ts";
import { type Markup, renderTimeOfDay } from "./layout.ts";
import { splitFields } from "./log-fields.ts";
import { renderText } from "./shown-text.ts";

/** How far the job is, or had come; a job that runs has room for it from the start. */
export function renderProgress({ status, progress, attempts }: JobStatus): Markup {
  const isWorking = status === "working";
  if (progress === undefined || status === "succeeded") {
    return isWorking
      ? html`<section class="progress"></section>`
      : html`<section hidden></section>`;
  }
  const { fraction, text, attempt } = progress;
  const percent = `${Math.floor(fraction * 100)} %`;
  const words = text === undefined ? "" : html`: <bdi>${renderText(text)}</bdi>`;
  if (isWorking && attempt === attempts + 1) {
    return html`<section class="progress">
      <h2>Progress</h2>
      <progress aria-labelledby="progress" max="1" value="${fraction}">${percent}</progress>
      <p id="progress">${percent}${words}</p>
    </section>`;
  }
  return html`<section class="${isWorking ? "progress" : ""}">
    <h2>Progress</h2>
    <p class="sub">Attempt ${attempt} had come to ${percent}${words}</p>
  </section>`;
}

/**
 * What its task has logged, the latest last, in view and in a box of its own. What is no longer kept
 * is told below it, where it moves nothing.
 */
export function renderLog({ logged, lines }: JobLog): Markup {
  const gone = logged - lines.length;
  return html`<section class="panel">
    <h2>Log</h2>
    <div class="log" role="group" aria-label="Log" tabindex="0">
      <ol data-lines>
        ${lines.map(renderLine)}
      </ol>
    </div>
    <p class="sub">${tellGone(gone)}</p>
  </section>`;
}

/** The jobs that it has submitted; the section stays for those that are still to come. */
export function renderSubmitted({ submitted }: JobStatus): Markup {
  if (submitted === undefined) return html`<section hidden></section>`;
  const more = submitted.count - submitted.jobs.length;
  return html`<section>
    <h2>Submitted jobs</h2>
    <ol>
      ${submitted.jobs.map(
        ({ id, task }) =>
          html`<li>
            <a href="${linksOf(id).page}">${renderText(task)} <code>${id}</code></a>
          </li>`,
      )}
    </ol>
    ${more > 0 && html`<p class="sub">And ${counts.format(more)} more.</p>`}
  </section>`;
}

/** The latest jobs that were made from its input; the section stays for those that are still to come. */
export function renderResubmitted({ resubmitted_as: ids, resubmitted = 0 }: JobStatus): Markup {
  if (ids === undefined) return html`<section hidden></section>`;
  const more = resubmitted - ids.length;
  return html`<section>
    <h2>Resubmitted as</h2>
    <ul class="tasks">
      ${ids.map(
        (id) =>
          html`<li>
            <a href="${linksOf(id).page}"><code>${id}</code></a>
          </li>`,
      )}
    </ul>
    ${more > 0 && html`<p class="sub">And ${counts.format(more)} before.</p>`}
  </section>`;
}

const counts = new Intl.NumberFormat("en");

/** A paragraph of it stays where it is empty, so that the page need not be made anew once it is not. */
function tellGone(lines: number): string {
  if (lines === 0) return "";
  const which = lines === 1 ? "The first line is" : `The first ${counts.format(lines)} lines are`;
  return `${which} no longer kept.`;
}

function renderLine({ number, time, level, attempt, message }: JobLog["lines"][number]): Markup {
  const about = [
    level !== undefined && level !== "info" && html`<b class="${level}">${level}</b>`,
    attempt !== undefined && attempt > 1 && html`<small>attempt ${attempt}</small>`,
  ].filter((part) => part !== false);
  const { words, fields } = splitFields(message);
  return html`<li value="${number}">
    ${time !== undefined && renderTimeOfDay(time)} ${about.map((part) => html`${part} `)}
    <bdi class="value">${renderText(words)}</bdi>${fields.map(renderField)}
  </li>`;
}

function renderField([name, value]: readonly [string, string]): Markup {
  return html` <span class="given"
    ><bdi>${renderText(name)}</bdi>: <bdi class="value">${renderText(value)}</bdi></span
  >`;
}
