import { html } from "hono/html";
import { keyField, resubmitField, runAtField } from "../../contract/forms.ts";
import { paths } from "../../contract/paths.ts";
import type { Task } from "../../task/task.ts";
import type { BriefFile } from "../../queue/own-files.ts";
import type { FieldError } from "../http/errors.ts";
import { nameFailure } from "./failure-name.ts";
import { isBound } from "./field-wording.ts";
import type { Field } from "./fields.ts";
import { renderFileForm } from "./file-form.ts";
import { isOfRunAt, renderLater } from "./later.ts";
import { renderOwnFiles } from "./own-files.ts";
import { linksOf } from "../jobs/job-status.ts";
import { brief, type RecentJob } from "../jobs/recent-jobs.ts";
import { type Markup, renderPage, renderTime, type Site } from "./layout.ts";
import { asSentence } from "./sentence.ts";
import { renderText } from "./shown-text.ts";
import type { TaskWording } from "./task-wording.ts";
import { cancelledLook, lookOf } from "./tone.ts";

/** What a form is of. */
export interface FormSubject {
  readonly name: string;
  readonly task: Task;
  readonly fields: readonly Field[];
}

/** A task's form: empty, or as it was sent or filled, with what is wrong with it. */
export interface TaskForm extends FormSubject {
  /** Makes sending the same form twice harmless. */
  readonly idempotencyKey: string;
  readonly sent?: ReadonlyMap<string, string>;
  readonly errors?: readonly FieldError[];
  /** The job from whose input it was filled. */
  readonly resubmitOf?: string | undefined;
  /** What is wrong with the file that was sent instead. */
  readonly fileProblems?: readonly string[];
}

/** The jobs of whoever looks; `undefined` when they cannot be read. */
export interface RecentJobs {
  readonly jobs: readonly RecentJob[] | undefined;
  readonly files: readonly BriefFile[];
  readonly wording: TaskWording;
}

/** A task's page: its form, and the jobs of whoever looks. */
export function renderFormPage(
  form: TaskForm,
  recent: RecentJobs,
  /** Whether there are others to go to. */
  isOneOfSeveral: boolean,
  site?: Site,
): Promise<string> {
  const { title, description } = form.task;
  return renderPage(
    {
      title:
        form.errors === undefined && form.fileProblems === undefined ? title : `Error: ${title}`,
      description,
      ...(!isOneOfSeveral && { path: paths.form }),
      assets: ["sending.js", "later.js"],
      site,
    },
    html`<main>
      ${isOneOfSeveral && html`<nav aria-label="Breadcrumb"><a href="${paths.form}">All tasks</a></nav>`}
      ${renderForm(form)} ${renderRecentJobs(recent)}
    </main>`,
  );
}

/** The files that were sent, and the jobs that were submitted, from this browser. */
export function renderRecentJobs({ jobs, files, wording }: RecentJobs): Markup {
  return html`${renderOwnFiles(files, wording)}
    <section class="panel">
      <h2>Your jobs</h2>
      ${jobs === undefined ? html`<p>The queue cannot be reached now.</p>` : renderRecent(jobs, wording)}
    </section>`;
}

/** Where a form is sent, if not to the public pages, and what else is asked there. */
interface FormPlace {
  readonly to: string;
  readonly more: Markup;
}

/** A task's form, as it is or was filled, with what is wrong with it. */
export function renderForm(
  { name, task, fields, idempotencyKey, ...form }: TaskForm,
  place?: FormPlace,
): Markup {
  const { sent, errors = [], fileProblems = [], resubmitOf } = form;
  const wrong = fields.filter((field) => errorsOf(field, errors).length > 0);
  const ofRunAt = errors.filter(isOfRunAt);
  const runAtId = `${name}-${runAtField}`;
  const general = errors.filter(
    (error) => !isOfRunAt(error) && !fields.some((field) => isOf(field, error)),
  );
  return html`<section class="panel">
    <h1>${task.title}</h1>
    <p>${task.description}</p>
    ${
      resubmitOf !== undefined &&
      html`<p class="sub">
        Filled from job <a href="${linksOf(resubmitOf).page}"><code>${resubmitOf}</code></a
        >, which stays as it is: what you submit is a new job.
      </p>`
    }
    ${
      errors.length > 0 &&
      html`<div role="alert" class="refusal">
        <p>Not submitted: correct what follows.</p>
        <ul>
          ${general.map(({ detail }) => html`<li>${renderText(asSentence(detail))}</li>`)}
          ${wrong.map((field) => html`<li><a href="#${idOf(name, field)}">${field.label}</a></li>`)}
          ${ofRunAt.length > 0 && html`<li><a href="#${runAtId}">Start time</a></li>`}
        </ul>
      </div>`
    }
    <form method="post" action="${place?.to ?? `${paths.tasks}/${name}`}">
      <input type="hidden" name="${keyField}" value="${idempotencyKey}" />
      ${
        resubmitOf !== undefined &&
        html`<input type="hidden" name="${resubmitField}" value="${resubmitOf}" />`
      }
      ${fields.map((field) =>
        renderField(field, {
          id: idOf(name, field),
          value: sent === undefined ? field.value : (sent.get(field.name) ?? ""),
          errors: errorsOf(field, errors),
          isFirstWrong: field === wrong[0],
        }),
      )}
      ${renderLater({
        id: runAtId,
        value: sent?.get(runAtField) ?? "",
        errors: ofRunAt,
        isFirstWrong: ofRunAt.length > 0 && wrong.length === 0,
      })}
      ${place?.more ?? ""}
      <button type="submit">Submit</button>
      <p role="status" class="sending"></p>
    </form>
    ${place === undefined && renderFileForm(name, fields, fileProblems)}
  </section>`;
}

/** Whether it is about the field, or about a part of what was entered there. */
function isOf({ name }: Field, { pointer }: FieldError): boolean {
  return pointer === `/${name}` || pointer.startsWith(`/${name}/`);
}

function errorsOf(field: Field, errors: readonly FieldError[]): readonly FieldError[] {
  return errors.filter((error) => isOf(field, error));
}

function idOf(task: string, field: Field): string {
  return `${task}-${field.name}`;
}

/** What HTML calls a valid floating-point number. */
const decimal = /^-?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i;

interface Entered {
  readonly id: string;
  readonly value: string;
  readonly errors: readonly FieldError[];
  /** It gets the focus. */
  readonly isFirstWrong: boolean;
}

function renderField(field: Field, entered: Entered): Markup {
  const { id, errors } = entered;
  return html`<div class="field${errors.length > 0 ? " wrong" : ""}">
    <label for="${id}">${field.label}</label>
    ${renderControl(field, entered)}
    ${
      errors.length > 0 &&
      html`<div id="${id}-error" class="failed">
        ${errors.map((error) => html`<p>${renderFieldError(field, error)}</p>`)}
      </div>`
    }
    ${field.hint !== "" && html`<small id="${id}-hint">${field.hint}</small>`}
  </div>`;
}

function renderFieldError({ name }: Field, { pointer, detail }: FieldError): Markup {
  const within = pointer.slice(name.length + 2);
  return within === ""
    ? renderText(asSentence(detail))
    : html`At ${renderText(within)}: ${renderText(asSentence(detail))}`;
}

function renderControl(field: Field, { id, value, errors, isFirstWrong }: Entered): Markup {
  const wrong = errors.length > 0;
  const describedBy = [wrong && `${id}-error`, field.hint !== "" && `${id}-hint`].filter(Boolean);
  const named = html`id="${id}"
  name="${field.name}"${wrong ? html` aria-invalid="true"` : ""}${
    describedBy.length > 0 ? html` aria-describedby="${describedBy.join(" ")}"` : ""
  }${isFirstWrong ? html` autofocus` : ""}`;
  const required = field.required ? html` required` : "";
  switch (field.kind) {
    case "number":
      // A browser would show nothing of what is no number.
      if (value !== "" && !decimal.test(value)) {
        return html`<input
          type="text"
          inputmode="decimal"
          ${named}
          value="${value}"
          ${required}
        />`;
      }
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
        ${renderNoChoice(field, value)}
        ${[...field.choices.keys()].map((choice) => html`<option${choice === value ? html` selected` : ""}>${choice}</option>`)}
      </select>`;
    case "json":
      return html`<textarea ${named} rows="${rowsOf(value)}" ${required}>
${startedLine(value)}</textarea>`;
    case "text":
      return html`<input type="text" ${named} value="${value}" ${required} />`;
  }
}

/** Nothing is chosen for anybody: what nobody has chosen stays so, until it is or may be left out. */
function renderNoChoice(
  { value: first, choices, required }: Field,
  value: string,
): Markup | string {
  if (first !== "" && choices.has(value)) return "";
  return html`<option value="">${required ? "Choose one" : "None"}</option>`;
}

/** As many as there are lines, within bounds. */
function rowsOf(text: string): number {
  return Math.min(24, Math.max(4, text.split("\n").length));
}

/** HTML drops a line break that a text area begins with. */
function startedLine(value: string): string {
  return value.startsWith("\n") ? `\n${value}` : value;
}

function bound(name: "min" | "max", limit: number | undefined): Markup | string {
  if (!isBound(limit)) return "";
  return html` ${name}="${limit}"`;
}

function renderRecent(jobs: readonly RecentJob[], wording: TaskWording): Markup {
  if (jobs.length === 0)
    return html`<p>None yet: submit one, and it is listed here, for this browser alone.</p>`;
  return html`<table class="rows stack">
    <thead>
      <tr>
        <th class="task">Task</th>
        <th class="status">State</th>
        <th>Outcome</th>
        <th>Input</th>
        <th class="time">Submitted</th>
      </tr>
    </thead>
    <tbody>
      ${jobs.map(
        (job) =>
          html`<tr>
            <td class="task">
              <a href="${job.page}">${renderText(wording.titleOf(job.task))}</a>
            </td>
            <td class="status">${renderState(job)}</td>
            <td data-label="Outcome">${renderOutcome(job)}</td>
            <td data-label="Input"><bdi>${renderText(summarizeInput(job, wording))}</bdi></td>
            <td class="time">${renderTime(job.createdAt)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** How a job of a list stands, in a word. */
export function renderState({ status, outcome, ...job }: RecentJob): Markup {
  const look = lookOf({ ...job, status, error_type: outcome });
  const word = look === cancelledLook ? look.word : status;
  return html`<span class="pill ${look.tone}">${word}</span>`;
}

/** What has come of a job of a list. */
export function renderOutcome({ status, outcome }: RecentJob): Markup | string {
  if (outcome === "") return "";
  const text = status === "failed" ? nameFailure(outcome) : outcome;
  return html`<bdi>${renderText(text)}</bdi>`;
}

/** The fields of a job of a list with their values, in a line, as far as a line goes. */
export function summarizeInput(
  { task, input, inputIsCut }: RecentJob,
  { labelOf }: TaskWording,
): string {
  const fields = Object.entries(input).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${labelOf(task, name)}: ${text}`;
  });
  return brief(`${fields.join(", ")}${inputIsCut ? "…" : ""}`);
}
