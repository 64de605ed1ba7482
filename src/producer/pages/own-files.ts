import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { BriefFile } from "../../queue/own-files.ts";
import { countRows, nameFile } from "./batch-preview.ts";
import { type Markup, renderTime } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import type { TaskWording } from "./task-wording.ts";
import type { Tone } from "./tone.ts";

/** As short as the words for the states of jobs, whose column this is. */
const looks: Readonly<Record<BriefFile["state"], readonly [Tone, string]>> = {
  read: ["idle", "to submit"],
  begun: ["warn", "in part"],
  done: ["idle", "submitted"],
};

/** The files that were sent from this browser, each with the way to its page; nothing where there are none. */
export function renderOwnFiles(files: readonly BriefFile[], wording: TaskWording): Markup | string {
  if (files.length === 0) return "";
  return html`<section class="panel">
    <h2>Your files</h2>
    <table class="rows stack">
      <thead>
        <tr>
          <th class="task">Task</th>
          <th class="status">State</th>
          <th>File</th>
          <th>Rows</th>
          <th class="time">Sent</th>
        </tr>
      </thead>
      <tbody>
        ${files.map(({ id, task, file, total, state, createdAt }) => {
          const [tone, word] = looks[state];
          return html`<tr>
            <td class="task">
              <a href="${paths.batches}/${id}">${renderText(wording.titleOf(task))}</a>
            </td>
            <td class="status"><span class="pill ${tone}">${word}</span></td>
            <td data-label="File">${nameFile({ file })}</td>
            <td>${countRows(total)}</td>
            <td class="time">${renderTime(new Date(createdAt).toISOString())}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
