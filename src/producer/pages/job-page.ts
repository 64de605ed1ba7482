import { html } from "hono/html";
import { failureClasses } from "../../contract/failures.ts";
import { knownWithinSeconds } from "../../contract/queues.ts";
import type { JobLog } from "../jobs/job-log.ts";
import { isFinal, type JobStatus, unnamed } from "../jobs/job-status.ts";
import type { JobLinks } from "../jobs/links.ts";
import { nameFailure } from "./failure-name.ts";
import { renderActions } from "./job-actions.ts";
import { renderLog, renderProgress, renderSubmitted } from "./job-reports.ts";
import { type Markup, refreshSeconds, renderPage, renderTime } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import { isInline, readable, renderLongText, renderValue } from "./shown-value.ts";

/** What a job's page says besides how the job stands. */
export interface JobSurroundings {
  readonly links: JobLinks;
  /** What a field of its task is called; its name when the task is no longer there. */
  readonly labelOf: (field: string) => string;
  /** Where its task's form is. */
  readonly again: string;
  /** Whether the reader may cancel it. */
  readonly mayCancel: boolean;
  /** The Idempotency-Key of its input when it is submitted again; `undefined` where it cannot be. */
  readonly againKey: string | undefined;
  /** What its task has logged; `undefined` where that is nothing. */
  readonly log: JobLog | undefined;
}

/** A job's page: how it stands, what came of it, and where to look further. */
export function renderJobPage(
  job: JobStatus,
  { links, labelOf, again, mayCancel, againKey, log }: JobSurroundings,
): Promise<string> {
  const final = isFinal(job);
  const task = job.task === unnamed ? "unnamed task" : job.task;
  return renderPage(
    {
      title: `${task} ${job.status}`,
      description: "How a job stands, and what came of it.",
      refreshSeconds: final ? undefined : refreshSeconds,
    },
    html`<main${final ? "" : html` data-events="${job.links.events}" data-state="${job.links.self}"`}>
<section>
<h1>${renderText(task)} <span class="badge ${job.status}">${job.status}</span></h1>
<div role="status">${renderOutcome(job)}</div>
${renderProgress(job)}
${
  job.record_error !== undefined &&
  html`<p role="alert" class="failed">
    What Redis holds of it is damaged: ${renderText(job.record_error)}.
  </p>`
}
<dl>
${Object.entries(job.input).map(
  ([name, value], i) =>
    html`<dt>${renderText(labelOf(name))}</dt>
      <dd>${renderValue(value, `input-${i}`)}</dd>`,
)}
</dl>
${renderActions(job, { mayCancel, againKey })}
</section>
<section>
<h2>Details</h2>
<dl>
<dt>Job</dt><dd><code>${job.id}</code></dd>
<dt>Queue</dt><dd>${job.queue}</dd>
${
  job.priority !== undefined &&
  html`<dt>Priority</dt>
    <dd>${job.priority}</dd>`
}
<dt>Submitted</dt><dd>${renderTime(job.created_at)}</dd>
${job.schedule !== undefined && renderSchedule(job.schedule)}
<dt>Started</dt><dd>${renderTime(job.started_at)}</dd>
<dt>Finished</dt><dd>${renderTime(job.finished_at)}</dd>
<dt>Attempts</dt><dd>${countBegun(job)} of at most ${job.max_attempts}</dd>
<dt>Trace</dt><dd>${renderTrace(job.trace_id, links.trace)}</dd>
${
  links.logs !== undefined &&
  html`<dt>Logs</dt>
    <dd><a href="${links.logs}">in Grafana</a></dd>`
}
${
  links.board !== undefined &&
  html`<dt>Operators</dt>
    <dd><a href="${links.board}">in Bull Board</a></dd>`
}
</dl>
<p><a href="${again}">Submit another job</a><span data-kept> · <a href="${job.links.self}">This job as JSON</a></span></p>
</section>
${renderSubmitted(job)}
${log === undefined ? html`<section hidden></section>` : renderLog(log)}
</main>`,
  );
}

/** Attempts, the one that runs included. */
function countBegun({ status, attempts }: JobStatus): number {
  return status === "working" ? attempts + 1 : attempts;
}

function renderSchedule({ key, slot }: NonNullable<JobStatus["schedule"]>): Markup {
  const when = slot === undefined ? "at an operator's request" : html`due ${renderTime(slot)}`;
  return html`<dt>Run by</dt>
    <dd>schedule <code>${renderText(key)}</code>, ${when}</dd>`;
}

function renderOutcome(job: JobStatus): Markup {
  switch (job.status) {
    case "waiting":
      return html`<p>${explain(job.waiting)}</p>`;
    case "working":
      return job.cancelling === true
        ? html`<p>It was cancelled: its task is told to stop.</p>`
        : html`<p>A worker is on it.</p>`;
    case "succeeded":
      return renderResult(job.result);
    case "failed": {
      const { error, error_type: failureClass } = job;
      return html`<div class="failed">
          <strong>${nameFailure(failureClass)}</strong>: ${renderLongText(error, "failure")}
        </div>
        <p>${failureClasses[failureClass].meaning}</p>`;
    }
  }
}

function renderResult(result: unknown): Markup {
  return result !== "" && isInline(result)
    ? html`<p>
        Result: <strong class="result"><bdi>${renderText(readable(result))}</bdi></strong>
      </p>`
    : html`<div>Result: ${renderValue(result, "result")}</div>`;
}

function explain(waiting: JobStatus["waiting"]): Markup | string {
  switch (waiting?.reason) {
    case "paused":
      return "The queue is paused: nothing starts until it is resumed.";
    case "no_workers":
      return "No worker is connected: it will start as soon as one is.";
    case "delayed":
      return html`It was added with a delay: it starts ${renderTime(waiting.retry_at)} at the
      earliest.`;
    case "retrying":
      return html`An attempt failed; the next starts ${renderTime(waiting.retry_at)}.`;
    case "unknown_to_workers":
      return html`No worker knows this task, or takes its input, yet: while a new version is being
      installed that is so for a moment. The next look is ${renderTime(waiting.retry_at)}; after
      ${knownWithinSeconds / 60} minutes the job fails.`;
    case "concurrency_limit":
      return html`As many jobs of this queue are running as may at once. ${tellLine(waiting)}`;
    case "rate_limit":
      return html`As many jobs of this queue have started of late as may. ${tellLine(waiting)}`;
    case "queued":
      return tellLine(waiting);
    default:
      return "Waiting for a worker.";
  }
}

function tellLine({
  ahead,
  ahead_is_lower_bound: more,
}: NonNullable<JobStatus["waiting"]>): string {
  // Jobs that wait for others are in no line.
  return ahead === undefined ? "Waiting for a worker." : `${countAhead(ahead, more)} before it.`;
}

function countAhead(jobs: number, more: boolean | undefined): string {
  if (jobs === 0) return "Next in line: no job is";
  return `${more === true ? "At least " : ""}${jobs} ${jobs === 1 ? "job is" : "jobs are"}`;
}

function renderTrace(traceId: string | undefined, url: string | undefined): Markup | string {
  if (traceId === undefined) return "not traced";
  return url === undefined
    ? html`<code>${traceId}</code>`
    : html`<a href="${url}"><code>${traceId}</code></a>`;
}
