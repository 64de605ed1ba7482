import { html } from "hono/html";
import { keyField } from "../../contract/forms.ts";
import { paths } from "../../contract/paths.ts";
import type { Task } from "../../task/task.ts";
import type { FieldError } from "../http/errors.ts";
import type { Field } from "./fields.ts";
import type { RecentJob } from "../jobs/recent-jobs.ts";
import { type Markup, renderPage, renderTime } from "./layout.ts";

/** A task's form: empty, or as it was sent, with what is wrong with it. */
export interface TaskForm {
  readonly name: string;
  readonly task: Task;
  readonly fields: readonly Field[];
  /** Makes sending the same form twice harmless. */
  readonly idempotencyKey: string;
  readonly sent?: ReadonlyMap<string, string>;
  readonly errors?: readonly FieldError[];
}

/** A task's page: its form, and the latest jobs; `undefined` when they cannot be read. */
export function renderFormPage(
  form: TaskForm,
  recent: readonly RecentJob[] | undefined,
  /** Whether there are others to go to. */
  isOneOfSeveral: boolean,
): Promise<string> {
  const { title } = form.task;
  return renderPage(
    { title: form.errors === undefined ? title : `Error: ${title}` },
    html`<main>
      ${isOneOfSeveral && html`<nav aria-label="Breadcrumb"><a href="${paths.form}">All tasks</a></nav>`}
      ${renderForm(form)} ${renderRecentJobs(recent)}
    </main>`,
  );
}

/** A section with the latest jobs; `undefined` when they cannot be read. */
export function renderRecentJobs(recent: readonly RecentJob[] | undefined): Markup {
  return html`<section>
    <h2>Recent jobs</h2>
    ${recent === undefined ? html`<p>The queue cannot be reached now.</p>` : renderRecent(recent)}
  </section>`;
}

function renderForm({ name, task, fields, idempotencyKey, sent, errors = [] }: TaskForm): Markup {
  const general = errors.filter(
    ({ pointer }) => !fields.some((field) => pointer === `/${field.name}`),
  );
  return html`<section>
    <h1>${task.title}</h1>
    <p>${task.description}</p>
    ${errors.length > 0 && html`<p role="alert" class="failed">Not submitted: see below.</p>`}
    ${general.map(({ pointer, detail }) => html`<p role="alert" class="failed">${pointer.slice(1)} ${detail}</p>`)}
    <form method="post" action="${paths.tasks}/${name}">
      <input type="hidden" name="${keyField}" value="${idempotencyKey}" />
      ${fields.map((field) =>
        renderField(name, field, {
          value: sent === undefined ? field.value : (sent.get(field.name) ?? ""),
          errors: errors.filter(({ pointer }) => pointer === `/${field.name}`),
        }),
      )}
      <button type="submit">Submit</button>
    </form>
  </section>`;
}

function renderField(
  task: string,
  field: Field,
  { value, errors }: { value: string; errors: readonly FieldError[] },
): Markup {
  const id = `${task}-${field.name}`;
  const wrong = errors.length > 0;
  return html`<div class="field">
    <label for="${id}">${field.label}</label>
    ${renderControl(field, id, { value, wrong })}
    <small id="${id}-hint">${field.hint}</small>
    ${
      wrong &&
      html`<div id="${id}-error">
        ${errors.map(({ detail }) => html`<small role="alert" class="failed">${detail}</small>`)}
      </div>`
    }
  </div>`;
}

function renderControl(
  field: Field,
  id: string,
  { value, wrong }: { readonly value: string; readonly wrong: boolean },
): Markup {
  const described = wrong
    ? html`aria-invalid="true" aria-describedby="${id}-error ${id}-hint"`
    : html`aria-describedby="${id}-hint"`;
  const named = html`id="${id}" name="${field.name}" ${described}`;
  const required = field.required ? html` required` : "";
  switch (field.kind) {
    case "number":
      return html`<input
        type="number"
        ${named}
        value="${value}"
        step="${field.whole ? "1" : "any"}"
        ${bound("min", field.min)}${bound("max", field.max)}${required}
      />`;
    case "checkbox":
      return html`<input
        type="checkbox"
        ${named}${value === "true" || value === "on" ? html` checked` : ""}
      />`;
    case "choice":
      return html`<select ${named}${required}>
        ${!field.required && field.value === "" && html`<option></option>`}
        ${[...field.choices.keys()].map((choice) => html`<option${choice === value ? html` selected` : ""}>${choice}</option>`)}
      </select>`;
    case "json":
      return html`<textarea ${named} rows="4" ${required}>${value}</textarea>`;
    case "text":
      return html`<input type="text" ${named} value="${value}" ${required} />`;
  }
}

/** JSON Schema bounds every integer by what a double can hold; a control need not say so. */
function bound(name: "min" | "max", limit: number | undefined): Markup | string {
  if (limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER) return "";
  return html` ${name}="${limit}"`;
}

function renderRecent(jobs: readonly RecentJob[]): Markup {
  if (jobs.length === 0) return html`<p>None yet: yours will be the first.</p>`;
  return html`<table class="jobs">
    <thead>
      <tr>
        <th class="task">Task</th>
        <th class="status">Status</th>
        <th>Outcome</th>
        <th>Input</th>
        <th class="time">Submitted</th>
      </tr>
    </thead>
    <tbody>
      ${jobs.map(
        (job) =>
          html`<tr>
            <td>
              ${job.page === undefined ? job.task : html`<a href="${job.page}">${job.task}</a>`}
            </td>
            <td><span class="badge ${job.status}">${job.status}</span></td>
            <td>${job.outcome}</td>
            <td><code>${job.input}</code></td>
            <td>${renderTime(job.createdAt)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
