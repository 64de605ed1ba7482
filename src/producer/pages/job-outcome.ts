import { html } from "hono/html";
import { failureClasses } from "../../contract/failures.ts";
import { knownWithinSeconds } from "../../contract/queues.ts";
import type { JobStatus } from "../jobs/job-status.ts";
import { nameFailure } from "./failure-name.ts";
import { type Markup, renderExactTime } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import { nameAttempt } from "./story.ts";
import { isInline, readable, renderLongText, renderValue } from "./shown-value.ts";

/** What has come of a job, or what it waits for, and why. */
export function renderOutcome(job: JobStatus): Markup {
  switch (job.status) {
    case "waiting":
      return html`${renderLastFailure(job)}
        <p>${explain(job.waiting)}</p>`;
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

/** Why the attempt before the next one failed. */
function renderLastFailure({ waiting, history }: JobStatus): Markup | string {
  const last = history?.at(-1);
  if (waiting?.reason !== "retrying" || last?.error_type === undefined) return "";
  return html`<div class="failed">
    ${nameAttempt(last)} failed, <strong>${nameFailure(last.error_type)}</strong>:
    ${renderLongText(last.error ?? "", "failure")}
  </div>`;
}

function renderResult(result: unknown): Markup {
  return result !== "" && isInline(result)
    ? html`<p>
        Result:
        <strong class="result"><bdi id="result-text">${renderText(readable(result))}</bdi></strong>
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
      return html`It was added with a delay: it starts ${renderExactTime(waiting.retry_at)} at the
      earliest.`;
    case "retrying":
      return html`The next attempt starts ${renderExactTime(waiting.retry_at)} at the earliest.`;
    case "unknown_to_workers":
      return html`No worker knows this task, or takes its input, yet: while a new version is being
      installed that is so for a moment. The next look is ${renderExactTime(waiting.retry_at)};
      after ${knownWithinSeconds / 60} minutes the job fails.`;
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
