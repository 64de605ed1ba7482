import { html } from "hono/html";
import type { JobLog } from "../jobs/job-log.ts";
import { isFinal, type JobStatus, linksOf, unnamed } from "../jobs/job-status.ts";
import type { JobLinks } from "../jobs/links.ts";
import { renderAttempts } from "./attempts.ts";
import { renderFigures } from "./figures.ts";
import { type Edit, renderActions } from "./job-actions.ts";
import { renderOutcome } from "./job-outcome.ts";
import { renderLog, renderProgress, renderResubmitted, renderSubmitted } from "./job-reports.ts";
import {
  type Markup,
  refreshSeconds,
  renderExactTime,
  renderPage,
  renderTime,
  type Site,
} from "./layout.ts";
import type { LiveWays } from "./live-ways.ts";
import { renderText } from "./shown-text.ts";
import { renderValue } from "./shown-value.ts";
import { tellCallback } from "./callback-words.ts";
import { tellStory } from "./story.ts";
import { cancelledLook, lookOf } from "./tone.ts";
import { renderWaterfall } from "./waterfall.ts";

/** What a job's page says besides how the job stands. */
export interface JobSurroundings {
  readonly links: JobLinks;
  /** Who has submitted it, for those who may know; `undefined` for a stranger. */
  readonly submitter: string | undefined;
  /** What its task is called; its name when the task is no longer there. */
  readonly title: string;
  /** What a field of its task is called; its name when the task is no longer there. */
  readonly labelOf: (field: string) => string;
  /** Where its task's form is; `undefined` where there is none. */
  readonly again: string | undefined;
  /** Where it is told as JSON; `undefined` where it is not. */
  readonly json: string | undefined;
  /** Where it is followed as it goes on; `undefined` where the page is asked for again and again. */
  readonly live: LiveWays | undefined;
  /** What the page belongs to; the public pages if not given. */
  readonly site?: Site;
  /** The job that has submitted it, and where schedules are: for operators alone. */
  readonly origin?: { readonly job: string | undefined; readonly schedules: string };
  /** The stacks of its attempts, by the number of their start: for operators alone. */
  readonly stacks?: ReadonlyMap<number, string>;
  /** What operators can do with it, and have done; nothing for others. */
  readonly operators?: { readonly actions: Markup; readonly acts: Markup };
  /** Whether the reader may cancel it. */
  readonly mayCancel: boolean;
  /** The Idempotency-Key of its input when it is submitted again; `undefined` where it cannot be. */
  readonly againKey: string | undefined;
  /** Where its input can be edited and sent as a new job, if the reader may do that, or why it cannot be. */
  readonly edit: Edit | undefined;
  /** What its task has logged; `undefined` where that is nothing. */
  readonly log: JobLog | undefined;
}

/** A job's page: how it stands, what came of it, what happened to it, and where to look further. */
export function renderJobPage(job: JobStatus, around: JobSurroundings): Promise<string> {
  const { title, log } = around;
  const final = isFinal(job);
  const task = job.task === unnamed ? "unnamed task" : title;
  const look = lookOf(job);
  const story = tellStory(job, Date.now());
  return renderPage(
    {
      title: `${look.sign} ${task} ${look === cancelledLook ? look.word : job.status}`,
      description: "How a job stands, and what came of it.",
      // What an operator has unfolded and typed would be lost.
      refreshSeconds: final || around.operators?.actions ? undefined : refreshSeconds,
      tone: look.tone,
      assets: [around.live === undefined ? "renewal.js" : "status.js"],
      site: around.site,
    },
    html`<main class="wide" ${final ? "" : renderWay(around.live)}>
      <div class="head">
        <div>
          <h1>${renderText(task)} <span class="pill ${look.tone}">${look.word}</span></h1>
          ${renderMeta(job, around)}
        </div>
        ${around.operators?.actions ?? renderActions(job, around)}
      </div>
      ${around.live === undefined && html`<p class="warn" role="status" data-lost></p>`}
      <div role="status" class="outcome">${renderOutcome(job)}</div>
      ${
        job.record_error !== undefined &&
        html`<p role="alert" class="failed">
          What Redis holds of it is damaged: ${renderText(job.record_error)}.
        </p>`
      }
      ${renderFigures(job, story)}
      <div class="cols">
        <div>
          ${renderWaterfall(story)} ${renderAttempts(job, around)}
          ${log === undefined ? html`<section hidden></section>` : renderLog(log)}
        </div>
        <aside>
          ${renderProgress(job)} ${renderInput(job, around)} ${renderSubmitted(job)}
          ${renderResubmitted(job)} ${around.operators?.acts} ${renderFurther(job, around)}
        </aside>
      </div>
    </main>`,
  );
}

/** How the page is kept current. */
function renderWay(live: JobSurroundings["live"]): Markup {
  return live === undefined
    ? html` data-every="${refreshSeconds}"`
    : html` data-events="${live.events}" data-state="${live.state}"`;
}

function renderMeta(job: JobStatus, { submitter, origin }: JobSurroundings): Markup {
  const { id, queue, priority, created_at: createdAt, schedule, resubmit_of: older } = job;
  return html`<p class="meta">
    <span><code id="job-id">${id}</code> ${renderCopy("job-id")}</span>
    <span
      >submitted ${renderTime(createdAt)}${submitter !== undefined && html` by ${submitter}`}</span
    >
    <span>queue ${queue}</span>
    ${priority !== undefined && html`<span>priority ${priority}</span>`}
    ${schedule !== undefined && renderSchedule(schedule, origin?.schedules)}
    ${
      origin?.job !== undefined &&
      html`<span
        >from job <a href="${linksOf(origin.job).page}"><code>${origin.job}</code></a></span
      >`
    }
    ${
      older !== undefined &&
      html`<span
        >resubmitted from <a href="${linksOf(older).page}"><code>${older}</code></a></span
      >`
    }
  </p>`;
}

function renderSchedule(
  { key, slot }: NonNullable<JobStatus["schedule"]>,
  schedules: string | undefined,
): Markup {
  const name = html`<code>${renderText(key)}</code>`;
  const when = slot === undefined ? "at an operator's request" : html`due ${renderExactTime(slot)}`;
  return html`<span
    >run by schedule ${schedules === undefined ? name : html`<a href="${schedules}">${name}</a>`},
    ${when}</span
  >`;
}

/** A button that copies the text of the element with that id. */
function renderCopy(id: string): Markup {
  return html`<button type="button" class="quiet" data-copies="${id}">Copy</button>`;
}

function renderInput({ input }: JobStatus, { labelOf }: JobSurroundings): Markup {
  const fields = Object.entries(input);
  return html`<section>
    <h2>Input</h2>
    ${
      fields.length === 0
        ? html`<p class="sub">Its task takes none.</p>`
        : html`<dl class="kv">
            ${fields.map(
              ([name, value], i) =>
                html`<dt>${renderText(labelOf(name))}</dt>
                  <dd>${renderValue(value, `input-${i}`)}</dd>`,
            )}
          </dl>`
    }
  </section>`;
}

/** Where there is more to see of it. */
function renderFurther(job: JobStatus, around: JobSurroundings): Markup {
  const { links, again, json, operators, edit } = around;
  return html`<section>
    <h2>Further</h2>
    <dl class="kv">
      <dt>Trace</dt>
      <dd>${renderTrace(job.trace_id, links.trace)}</dd>
      ${
        links.logs !== undefined &&
        html`<dt>Logs</dt>
          <dd><a href="${links.logs}">in Grafana</a></dd>`
      }
      ${renderCallback(job.callback)} ${renderOperatorsLink(links, operators !== undefined)}
    </dl>
    ${edit !== undefined && "not" in edit && html`<p class="sub">${edit.not}</p>`}
    <p>
      ${again !== undefined && html`<a href="${again}">Submit another job</a>`}${json !== undefined && html`<span data-kept>${again !== undefined && " · "}<a href="${json}">This job as JSON</a></span>`}
    </p>
  </section>`;
}

/** Whether its end was told to who wanted to be told. */
function renderCallback(callback: JobStatus["callback"]): Markup | string {
  if (callback === undefined) return "";
  return html`<dt>Callback</dt>
    <dd><code>${renderText(callback.host)}</code> ${tellCallback(callback)}</dd>`;
}

/** From the public page to the console, and from there to Bull Board. */
function renderOperatorsLink({ console, board }: JobLinks, isOfConsole: boolean): Markup | string {
  const [url, text] = isOfConsole ? [board, "in Bull Board"] : [console, "in the console"];
  if (url === undefined) return "";
  return html`<dt>Operators</dt>
    <dd><a href="${url}">${text}</a></dd>`;
}

function renderTrace(traceId: string | undefined, url: string | undefined): Markup | string {
  if (traceId === undefined) return "not traced";
  return url === undefined
    ? html`<code>${traceId}</code>`
    : html`<a href="${url}"><code>${traceId}</code></a>`;
}
