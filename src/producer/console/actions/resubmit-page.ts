import { html } from "hono/html";
import { auditLimits } from "../../../contract/actions.ts";
import { reasonField } from "../../../contract/forms.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { renderForm, type TaskForm } from "../../pages/form-page.ts";
import { renderPage, type Site } from "../../pages/layout.ts";

/** Where the input of a job is edited, and sent as a new job. */
export function placeOfEdit(id: string): string {
  return `${consolePaths.jobs}/${id}/resubmit`;
}

const place = new RegExp(`^${placeOfEdit("[^/]+")}$`);

/** Whether a path is such a place. */
export function isPlaceOfEdit(path: string): boolean {
  return place.test(path);
}

export interface ResubmitPage {
  readonly of: string;
  readonly form: TaskForm;
  readonly reason: string;
  readonly mayAct: boolean;
  readonly site: Site;
}

/** A task's form with an older job's input, which makes a new job of it. */
export function renderResubmitPage(page: ResubmitPage): Promise<string> {
  const { of: id, form, reason, mayAct, site } = page;
  const { title } = form.task;
  const more = html`<div class="field">
    <label for="reason">Reason, if you like</label>
    <input
      type="text"
      id="reason"
      name="${reasonField}"
      value="${reason}"
      maxlength="${auditLimits.reason}"
      aria-describedby="reason-hint"
    />
    <small id="reason-hint"
      >Kept in the audit and on the older job's page, for operators alone. The new job itself, with
      its input, can be read by whoever submitted the older one.</small
    >
  </div>`;
  return renderPage(
    {
      title: form.errors === undefined ? `Edit and resubmit: ${title}` : `Error: ${title}`,
      assets: ["sending.js", "later.js"],
      site,
    },
    html`<main>
      <nav aria-label="Breadcrumb"><a href="${consolePaths.jobs}/${id}">The older job</a></nav>
      ${
        mayAct
          ? renderForm(form, { to: placeOfEdit(id), more })
          : html`<section class="panel">
              <h1>${title}</h1>
              <p>Only an operator can resubmit a job, where BOARD_READ_ONLY is false.</p>
            </section>`
      }
    </main>`,
  );
}
