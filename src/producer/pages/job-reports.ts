import { html } from "hono/html";
import type { JobLog } from "../jobs/job-log.ts";
import { type JobStatus, linksOf } from "../jobs/job-status.ts";
import { type Markup, renderTimeOfDay } from "./layout.ts";
import { renderText } from "./shown-text.ts";

/** How far the job is, or had come; a job that runs has room for it from the start. */
export function renderProgress({ status, progress, attempts }: JobStatus): Markup | string {
  const isWorking = status === "working";
  if (progress === undefined || status === "succeeded") {
    return isWorking ? html`<div class="progress"></div>` : "";
  }
  const { fraction, text, attempt } = progress;
  const percent = `${Math.floor(fraction * 100)} %`;
  const words = text === undefined ? "" : html`: <bdi>${renderText(text)}</bdi>`;
  if (isWorking && attempt === attempts + 1) {
    return html`<div class="progress">
      <progress aria-labelledby="progress" max="1" value="${fraction}">${percent}</progress>
      <p id="progress">${percent}${words}</p>
    </div>`;
  }
  return html`<div class="${isWorking ? "progress" : ""}">
    <p class="soft">Attempt ${attempt} had come to ${percent}${words}</p>
  </div>`;
}

/**
 * What its task has logged, the latest last, in view and in a box of its own. What is no longer kept
 * is told below it, where it moves nothing.
 */
export function renderLog({ logged, lines }: JobLog): Markup {
  const gone = logged - lines.length;
  return html`<section>
    <h2>Log</h2>
    <div class="log" role="group" aria-label="Log" tabindex="0">
      <ol data-lines>
        ${lines.map(renderLine)}
      </ol>
    </div>
    <p class="soft">
      ${gone === 0 ? "" : `${gone === 1 ? "The first line is" : `The first ${counts.format(gone)} lines are`} no longer kept.`}
    </p>
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
    ${more > 0 && html`<p class="soft">And ${counts.format(more)} more.</p>`}
  </section>`;
}

const counts = new Intl.NumberFormat("en");

function renderLine({ number, time, level, attempt, message }: JobLog["lines"][number]): Markup {
  const about = [
    level !== undefined && level !== "info" && html`<b class="${level}">${level}</b>`,
    attempt !== undefined && attempt > 1 && html`<small>attempt ${attempt}</small>`,
  ].filter((part) => part !== false);
  return html`<li value="${number}">
    ${time !== undefined && renderTimeOfDay(time)} ${about}
    <bdi class="value">${renderText(message)}</bdi>
  </li>`;
}
