import { html } from "hono/html";
import { type FilterState } from "../../../contract/job-filter.ts";
import { boardPaths, consolePaths } from "../../../contract/paths.ts";
import { isJobId } from "../../../queue/job-id.ts";
import type { IndexedJob } from "../../explorer/job-index.ts";
import { nameFailure } from "../../pages/failure-name.ts";
import { type Markup, renderTime } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import { cancelledLook, type Tone } from "../../pages/tone.ts";
import { formatMs } from "../../pages/waterfall.ts";
import type { ShownJob } from "./shown-jobs.ts";

/** The colour of a state's word. */
const stateTones: Readonly<Record<FilterState, Tone>> = {
  waiting: "idle",
  working: "busy",
  retrying: "warn",
  scheduled: "idle",
  succeeded: "good",
  failed: "bad",
};

/** A job in a row of the explorer's table. */
export function renderJobRow(job: ShownJob, titleOf: (task: string) => string): Markup {
  const { state, task, attempts, waitedMs, ranMs, createdAt, endedAt, failureClass } = job;
  return html`<tr>
    <td class="state">${renderState(state, failureClass)}</td>
    <th scope="row" class="task">
      <a href="${pageOf(job)}" data-row>${renderText(titleOf(task) || "no name")}</a>
    </th>
    <td class="what">
      <span class="mono">${renderText(job.input)}</span>
      ${
        (failureClass ?? job.outcome) !== "" &&
        html`<span class="sub"
          >${failureClass !== undefined && html`<b>${nameFailure(failureClass)}</b>: `}<bdi
            >${renderText(job.outcome)}</bdi
          ></span
        >`
      }
    </td>
    <td class="num" data-label="Tries">${attempts === 0 ? "" : attempts}</td>
    <td class="num" data-label="Waited">${sayMs(waitedMs)}</td>
    <td class="num" data-label="Ran">${sayMs(ranMs)}</td>
    <td class="num time" data-label="Submitted">${renderTime(isoOf(createdAt))}</td>
    ${renderEnd(endedAt)}
  </tr>`;
}

/** Cancelled jobs are found among the failed ones. */
function renderState(state: FilterState, failureClass: ShownJob["failureClass"]): Markup {
  const isCancelled = state === "failed" && failureClass === "cancelled_by_user";
  const [word, tone] = isCancelled
    ? [cancelledLook.word, cancelledLook.tone]
    : [state, stateTones[state]];
  return html`<span class="pill ${tone}">${word}</span>`;
}

/** Without a space where there is none: on a phone nothing is said of it then. */
function renderEnd(endedAt: number | undefined): Markup {
  const end = endedAt === undefined ? "" : renderTime(isoOf(endedAt));
  return html`<td class="num time" data-label="Ended">${end}</td>`;
}

/** What is no id of ours has a page in Bull Board alone. */
function pageOf({ queue, id }: Pick<IndexedJob, "queue" | "id">): string {
  if (isJobId(id)) return `${consolePaths.jobs}/${id}`;
  return `${boardPaths.queues}/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`;
}

function sayMs(ms: number | undefined): string {
  return ms === undefined ? "" : formatMs(ms);
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
