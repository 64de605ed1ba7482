import { html } from "hono/html";
import { consolePaths } from "../../../contract/paths.ts";
import type { KeptAct } from "../../../queue/job-acts.ts";
import type { JobStatus } from "../../jobs/job-status.ts";
import { type Markup, renderTime } from "../../pages/layout.ts";
import { actions as below, type Edit, renderEdit } from "../../pages/job-actions.ts";
import { renderText } from "../../pages/shown-text.ts";
import { type ActForm, renderAct } from "./act-form.ts";

/** What can be done with a job as it stands: its result can be taken, and whoever may act has the rest. */
export function renderJobActions(
  job: JobStatus,
  { mayAct, edit }: { readonly mayAct: boolean; readonly edit: Edit | undefined },
): Markup {
  const offered = mayAct ? listOffers(job) : [];
  const page = `${consolePaths.jobs}/${job.id}`;
  return html`<div class="actions" data-kept>
    ${
      job.status === "succeeded" &&
      html`<a class="button" href="${page}/${below.result}" download>Download the result</a>`
    }
    ${offered.map(([name, offer]) =>
      renderAct({ id: `act-${name}`, action: `${page}/${name}`, ...offer }),
    )}
    ${renderEdit(edit)}
  </div>`;
}

type Offer = Pick<ActForm, "word" | "says" | "fields">;

function listOffers(job: JobStatus): readonly (readonly [name: string, Offer])[] {
  const { status, max_attempts: attempts } = job;
  const retry: Offer = {
    word: "Retry",
    says: `It waits again, with ${attempts === 1 ? "an attempt" : `${attempts} attempts`} before it.`,
  };
  const again: Offer = {
    word: "Run again",
    says: "It has succeeded: its result is lost, and its task does its work once more.",
    fields: { evenIfSucceeded: "true" },
  };
  const promote: Offer = {
    word: "Start now",
    says: "It waits for a worker instead of for its time.",
  };
  const cancel: Offer = {
    word: "Cancel",
    says:
      status === "working"
        ? "Its task is told to stop, and it fails within two seconds unless it ends before."
        : "It fails, as cancelled, without another attempt.",
  };
  const remove: Offer = {
    word: "Delete",
    says: "All that is kept of it goes for good; its Idempotency-Key makes a new job then.",
  };
  switch (status) {
    case "failed":
      return [
        ["retry", retry],
        ["delete", remove],
      ];
    case "succeeded":
      return [
        ["retry", again],
        ["delete", remove],
      ];
    case "working":
      return job.cancelling === true ? [] : [["cancel", cancel]];
    case "waiting":
      return [
        ...(job.waiting?.retry_at === undefined ? [] : [["promote", promote] as const]),
        ["cancel", cancel],
        ["delete", remove],
      ];
  }
}

/** Who acted on the job, the latest first. */
export function renderActs(acts: readonly KeptAct[]): Markup {
  if (acts.length === 0) return html`<section hidden></section>`;
  return html`<section>
    <h2>Operators</h2>
    <ul class="tasks acts">
      ${acts.map(
        ({ by, action, at, reason, bulk }) =>
          html`<li>
            ${renderText(by)}: ${renderText(action)}
            <small>${renderTime(new Date(at).toISOString())}</small>
            ${
              bulk !== undefined &&
              html`<small
                ><a href="${consolePaths.actions}/${encodeURIComponent(bulk)}"
                  >with others</a
                ></small
              >`
            }
            ${reason !== undefined && html`<div>${renderText(reason)}</div>`}
          </li>`,
      )}
    </ul>
  </section>`;
}
