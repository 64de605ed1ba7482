import { html } from "hono/html";
import { fileBatchLimits } from "../../contract/file-batches.ts";
import { paths } from "../../contract/paths.ts";
import type { Field } from "./fields.ts";
import type { Markup } from "./layout.ts";
import { asSentence } from "./sentence.ts";
import { renderText } from "./shown-text.ts";

/** The name of the form's field with the file. */
export const fileField = "file";

/** Below a task's form: where a file for it is sent. */
export const fileAction = "file";

const numbers = new Intl.NumberFormat("en");

/** What is sent to submit many jobs at once, folded until it is asked for, or was refused. */
export function renderFileForm(
  task: string,
  fields: readonly Field[],
  problems: readonly string[],
): Markup {
  const id = `${task}-${fileField}`;
  const wrong = problems.length > 0;
  return html`<details class="later" ${wrong ? html`open` : ""}>
    <summary>Submit many from a file</summary>
    <form method="post" action="${paths.tasks}/${task}/${fileAction}" enctype="multipart/form-data">
      <div class="field${wrong ? " wrong" : ""}">
        <label for="${id}">CSV file</label>
        <input
          type="file"
          id="${id}"
          name="${fileField}"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values"
          required
          aria-describedby="${wrong ? `${id}-error ` : ""}${id}-hint"
          ${wrong ? html`aria-invalid="true" autofocus` : ""}
        />
        ${
          wrong &&
          html`<div id="${id}-error" class="failed" role="alert">
            ${problems.map((problem) => html`<p>${renderText(asSentence(problem))}</p>`)}
          </div>`
        }
        <small id="${id}-hint"
          >Its first row names the fields: ${renderNames(fields)}. In UTF-8, with commas, semicolons
          or tabs; at most ${numbers.format(fileBatchLimits.rows)} rows and
          ${fileBatchLimits.bytes / 1_048_576} MB. You see what is in it before anything is
          submitted.</small
        >
      </div>
      <button type="submit" class="plain">Look at the file</button>
      <p role="status" class="sending"></p>
    </form>
  </details>`;
}

function renderNames(fields: readonly Field[]): Markup {
  const named = fields.map(
    ({ name, required }) => html`<code>${name}</code>${required ? "" : " (may be left out)"}`,
  );
  return html`${named.map((name, i) => (i === 0 ? name : html`, ${name}`))}`;
}
