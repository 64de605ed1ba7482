import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import { isJobId } from "../../queue/job-id.ts";
import type { DrainOrder } from "../../queue/worker-orders.ts";
import type { QueueReport, ReportedJob, WorkerReport } from "../../queue/worker-report.ts";
import type { KnownWorker, WorkerState } from "../../queue/workers.ts";
import type { Markup } from "../pages/layout.ts";
import { renderText } from "../pages/shown-text.ts";
import { renderButton } from "./actions/act-form.ts";
import { countSlots, isSilent, sayBytes, sayRelease, sayTime, tones } from "./worker-words.ts";

export interface WorkerRowOptions {
  /** Whether the reader may have a worker drained. */
  readonly mayAct: boolean;
}

/** Jobs of a worker that are seen without unfolding the others. */
const shownJobs = 3;

export const columns = [
  "State",
  "Worker",
  "Slots",
  "Runs",
  "Memory",
  "Lag",
  "Last word",
  "Action",
] as const;

/** A row of the workers' table, under the titles that `columns` has. */
export function renderWorker(worker: KnownWorker, options: WorkerRowOptions): Markup {
  const { id, state, report, seenAt } = worker;
  return html`<tr data-worker="${id}">
    <td class="short"><span class="pill ${tones[state]}">${state}</span></td>
    <th scope="row">${renderIdentity(id, report)}</th>
    <td data-label="Slots" class="wide">${(report?.queues ?? []).map(renderSlots)}</td>
    <td data-label="Runs" class="wide">${renderRuns(worker)}</td>
    <td data-label="Memory" class="num">${report && sayBytes(report.rssBytes)}</td>
    <td data-label="Lag" class="num">${report && `${Math.round(report.lagMs)} ms`}</td>
    <td data-label="Last word" class="short">
      ${renderLastWord(worker, new Date(seenAt).toISOString())}
    </td>
    <td class="wide">${renderAction(worker, options)}</td>
  </tr>`;
}

function renderIdentity(id: string, report: WorkerReport | undefined): Markup {
  if (report === undefined) {
    return html`${renderText(id)}
      <small>what Redis holds of it is damaged; its next report mends that</small>`;
  }
  const { host, pid, release, upMs } = report;
  return html`${renderText(host)}
    <small title="${id}">process ${pid}, up ${sayTime(upMs)}</small>
    <small title="${release}">${renderText(sayRelease(release))}</small>`;
}

function renderSlots({ name, slots, running }: QueueReport): Markup {
  return html`<div>${renderText(name)} <span class="num">${running} of ${slots}</span></div>`;
}

function renderRuns({ id, state, report, silentMs }: KnownWorker): Markup {
  const queues = report?.queues ?? [];
  const jobs = queues.flatMap((queue) => queue.jobs).toSorted((a, b) => b.ranMs - a.ranMs);
  const unnamed = countSlots(queues).running - jobs.length;
  const [first, others] = [jobs.slice(0, shownJobs), jobs.slice(shownJobs)];
  const row = (job: ReportedJob) =>
    html`<li>
      ${renderJob(job)}
      <small>${describeRun(job, state, silentMs)}</small>
    </li>`;
  if (jobs.length + unnamed <= 0) return html`<small>nothing</small>`;
  const more = others.length + Math.max(0, unnamed);
  return html`<ul>
      ${first.map(row)}
    </ul>
    ${
      more > 0 &&
      html`<details id="more-${id}">
        <summary>${more} more</summary>
        <ul>
          ${others.map(row)} ${unnamed > 0 && html`<li>${unnamed} that have begun later</li>`}
        </ul>
      </details>`
    }`;
}

function renderJob({ id, task }: ReportedJob): Markup {
  if (!isJobId(id)) return renderText(task);
  return html`<a href="${consolePaths.jobs}/${id}">${renderText(task)}</a>`;
}

function describeRun(
  { attempt, ranMs }: ReportedJob,
  state: WorkerState,
  silentMs: number,
): string {
  const which = attempt > 1 ? `attempt ${attempt}, ` : "";
  return state === "vanished"
    ? `${which}when it vanished`
    : `${which}for ${sayTime(ranMs + silentMs)}`;
}

function renderLastWord(worker: KnownWorker, iso: string): Markup {
  const { silentMs } = worker;
  const exact = iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  if (!isSilent(worker)) {
    return html`<time datetime="${iso}" title="${exact}">${sayTime(silentMs)} ago</time>`;
  }
  return html`<span class="warn" title="${exact}">no word for ${sayTime(silentMs)}</span>`;
}

/** None for whoever can only look, and none of a worker that hears of no order any more. */
function renderAction({ id, state, report, order }: KnownWorker, { mayAct }: WorkerRowOptions) {
  const by = renderOrder(state, order);
  if (!mayAct || state === "stopping" || (state === "vanished" && order === undefined)) return by;
  const [action, word] = order === undefined ? ["drain", "Drain"] : ["release", "Release"];
  const target = `${consolePaths.workers}/${encodeURIComponent(id)}/${action}`;
  const of = `${report?.host ?? id}, ${id}`;
  return html`${renderButton({ action: target, word, of })} ${by}`;
}

function renderOrder(state: WorkerState, order: DrainOrder | undefined): Markup | false {
  if (order !== undefined) return html`<small>drained by ${renderText(order.by)}</small>`;
  const isHeld = state === "draining" || state === "drained";
  return isHeld && html`<small>released: it takes jobs within seconds</small>`;
}
