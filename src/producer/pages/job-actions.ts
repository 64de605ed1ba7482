import { html } from "hono/html";
import { keyField } from "../../contract/forms.ts";
import { isFinal, type JobStatus } from "../jobs/job-status.ts";
import type { Markup } from "./layout.ts";

/** Below a job's page: where its forms are sent, and where its result is. */
export const actions = { cancel: "cancel", again: "again", result: "result" } as const;

/** What the reader of the page may do. */
interface Allowed {
  readonly mayCancel: boolean;
  /** The Idempotency-Key of the job's input when it is submitted again; `undefined` where it cannot be. */
  readonly againKey: string | undefined;
  readonly edit: Edit | undefined;
}

/** Where a job's input can be edited and sent as a new job, or why it cannot be. */
export type Edit = { readonly to: string } | { readonly not: string };

/** A link to where that is done. */
export function renderEdit(edit: Edit | undefined): Markup | string {
  if (edit === undefined || "not" in edit) return "";
  return html` <a class="button" href="${edit.to}">Edit and resubmit</a>`;
}

/**
 * What can be done with the job: to cancel one that has not ended, to take the result of one that
 * succeeded, or to submit the input of one that failed anew, as a job of its own, as it is or edited.
 */
export function renderActions(job: JobStatus, allowed: Allowed): Markup {
  return html`<div class="actions" data-kept>
    ${renderAction(job, allowed)}${renderEdit(allowed.edit)}
  </div>`;
}

function renderAction(job: JobStatus, { mayCancel, againKey }: Allowed): Markup | string {
  if (mayCancel && !isFinal(job)) {
    return html`<form method="post" action="${job.links.page}/${actions.cancel}">
      <button type="submit" class="plain" ${job.cancelling === true ? html` disabled` : ""}>
        Cancel this job
      </button>
    </form>`;
  }
  if (job.status === "succeeded") {
    return html`${
        job.result !== "" &&
        html`<button type="button" class="plain" data-copies="result-text">Copy the result</button>`
      } <a class="button" href="${job.links.page}/${actions.result}" download>Download it</a>`;
  }
  if (job.status !== "failed" || againKey === undefined) return "";
  return html`<form method="post" action="${job.links.page}/${actions.again}">
    <input type="hidden" name="${keyField}" value="${againKey}" />
    <button type="submit" class="plain">Submit this input again</button>
  </form>`;
}
