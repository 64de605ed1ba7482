import { html } from "hono/html";
import { failureClasses } from "../../contract/failures.ts";
import { knownWithinSeconds } from "../../contract/queues.ts";
import { isFinal, type JobStatus } from "../jobs/job-status.ts";
import type { JobLinks } from "../jobs/links.ts";
import { type Markup, renderPage, renderTime } from "./layout.ts";

/** A job's page: how it stands, what came of it, and where to look further; `again` is its task's form. */
export function renderJobPage(job: JobStatus, links: JobLinks, again: string): Promise<string> {
  const final = isFinal(job);
  return renderPage(
    { title: `${job.task} ${job.status}`, refresh: !final },
    html`<main${final ? "" : html` data-events="${job.links.events}" data-state="${job.links.self}"`}>
<section>
<h1>${job.task} <span class="badge ${job.status}">${job.status}</span></h1>
<div role="status">${renderOutcome(job)}</div>
${
  job.record_error !== undefined &&
  html`<p role="alert" class="failed">What Redis holds of it is damaged: ${job.record_error}.</p>`
}
<dl>
${Object.entries(job.input).map(
  ([name, value]) =>
    html`<dt>${name}</dt>
      <dd><code>${JSON.stringify(value)}</code></dd>`,
)}
</dl>
</section>
<section>
<h2>Details</h2>
<dl>
<dt>Job</dt><dd><code>${job.id}</code></dd>
<dt>Submitted</dt><dd>${renderTime(job.created_at)}</dd>
<dt>Started</dt><dd>${renderTime(job.started_at)}</dd>
<dt>Finished</dt><dd>${renderTime(job.finished_at)}</dd>
<dt>Attempts</dt><dd>${job.attempts} of at most ${job.max_attempts}</dd>
<dt>Trace</dt><dd>${renderTrace(job.trace_id, links.trace)}</dd>
${
  links.logs !== undefined &&
  html`<dt>Logs</dt>
    <dd><a href="${links.logs}">in Grafana</a></dd>`
}
${
  links.board !== undefined &&
  html`<dt>Queue</dt>
    <dd><a href="${links.board}">in Bull Board</a></dd>`
}
</dl>
<p><a href="${again}">Submit another job</a> · <a href="${job.links.self}">This job as JSON</a></p>
</section>
</main>`,
  );
}

function renderOutcome(job: JobStatus): Markup {
  switch (job.status) {
    case "waiting":
      return html`<p>${explain(job.waiting)}</p>`;
    case "working":
      return html`<p>A worker is on it.</p>`;
    case "succeeded":
      return html`<p>Result: <strong class="result">${JSON.stringify(job.result)}</strong></p>`;
    case "failed": {
      const failureClass = job.error_type ?? "_OTHER";
      return html`<p class="failed"><strong>${failureClass}</strong>: ${job.error}</p>
        <p>${failureClasses[failureClass].meaning}</p>`;
    }
  }
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
    case "queued":
      // Jobs with a priority, and those that wait for others, are in no line.
      return waiting.ahead === undefined
        ? "Waiting for a worker."
        : `${countAhead(waiting.ahead, waiting.ahead_is_lower_bound)} before it.`;
    default:
      return "Waiting for a worker.";
  }
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
