import { html } from "hono/html";
import { boardPaths, consolePaths, paths } from "../../contract/paths.ts";
import { forgottenAfterSeconds, maxWorkers, reportEverySeconds } from "../../contract/workers.ts";
import { isJobId } from "../../queue/job-id.ts";
import type { DrainOrder } from "../../queue/worker-orders.ts";
import type { QueueReport, ReportedJob, WorkerReport } from "../../queue/worker-report.ts";
import type { KnownWorker, WorkerState } from "../../queue/workers.ts";
import { type Markup, renderPage } from "../pages/layout.ts";
import { renderText } from "../pages/shown-text.ts";
import { isSilent, sayBytes, sayRelease, sayTime, tones } from "./worker-words.ts";

export interface WorkersPageOptions {
  /** Where the jobs' own pages are; without it they are looked at in Bull Board. */
  readonly publicUrl: string | undefined;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** Jobs of a worker that are seen without unfolding the others. */
const shownJobs = 3;

/** The workers, one a row: those that work first, and those that vanished last. */
export function renderWorkersPage(
  workers: readonly KnownWorker[],
  options: WorkersPageOptions,
): Promise<string> {
  return renderPage(
    {
      title: "Workers",
      description: "What runs in each worker's slots.",
      refreshSeconds: reportEverySeconds,
      assets: ["workers.css"],
    },
    html`<main class="wide">
      <div class="head">
        <h1>Workers</h1>
      </div>
      ${workers.length === 0 ? renderNone() : renderAll(workers, options)}
    </main>`,
  );
}

function renderNone(): Markup {
  return html`<p>No worker has reported to this deployment's Redis in the last hour.</p>
    <p>
      Start one: <code>npm start</code> does here, and on a host
      <code>systemctl start tripod-worker</code>. If one is running, its log says why it cannot
      reach Redis.
    </p>`;
}

function renderAll(workers: readonly KnownWorker[], options: WorkersPageOptions): Markup {
  const known = workers.toSorted(byStateAndHost);
  const here = known.filter(({ state }) => state !== "vanished");
  const queues = here.flatMap(({ report }) => report?.queues ?? []);
  const figures = [
    ["Workers", String(here.length)],
    ["Slots busy", `${sum(queues, "running")} of ${sum(queues, "slots")}`],
    ["Vanished", String(known.length - here.length)],
  ] as const;
  return html`<dl class="figures">
      ${figures.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <table class="workers">
      <thead>
        <tr>
          ${["State", "Worker", "Slots", "Runs", "Memory", "Lag", "Last word", "Action"].map(
            (title) => html`<th scope="col">${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${known.map((worker) => renderWorker(worker, options))}
      </tbody>
    </table>
    <p class="sub">
      A worker reports every ${reportEverySeconds} seconds. Lag is the longest block of its event
      loop in the last minute; memory is without that of isolated tasks. One that has vanished is
      forgotten after ${sayTime(forgottenAfterSeconds * 1_000)}. One that is drained takes no more
      jobs until it is released; what it runs goes on.
      ${options.readOnly && "Operators can only look here: BOARD_READ_ONLY is true."}
      ${workers.length >= maxWorkers && `Only the ${maxWorkers} that have reported last are shown.`}
    </p>`;
}

function renderWorker(worker: KnownWorker, options: WorkersPageOptions): Markup {
  const { id, state, report, seenAt } = worker;
  return html`<tr data-worker="${id}">
    <td class="state"><span class="pill ${tones[state]}">${state}</span></td>
    <th scope="row">${renderIdentity(id, report)}</th>
    <td data-label="Slots" class="wide">${(report?.queues ?? []).map(renderSlots)}</td>
    <td data-label="Runs" class="wide">${renderRuns(worker, options)}</td>
    <td data-label="Memory" class="num">${report && sayBytes(report.rssBytes)}</td>
    <td data-label="Lag" class="num">${report && `${Math.round(report.lagMs)} ms`}</td>
    <td data-label="Last word">${renderLastWord(worker, new Date(seenAt).toISOString())}</td>
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

function renderRuns({ id, state, report, silentMs }: KnownWorker, options: WorkersPageOptions) {
  const queues = report?.queues ?? [];
  const jobs = queues
    .flatMap(({ name, jobs: running }) => running.map((job) => ({ queue: name, job })))
    .toSorted((a, b) => b.job.ranMs - a.job.ranMs);
  const unnamed = sum(queues, "running") - jobs.length;
  const [first, others] = [jobs.slice(0, shownJobs), jobs.slice(shownJobs)];
  const row = ({ queue, job }: (typeof jobs)[number]) =>
    html`<li>
      ${renderJob(queue, job, options)}
      <small>${describeRun(job, state, silentMs)}</small>
    </li>`;
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

function renderJob(queue: string, { id, task }: ReportedJob, options: WorkersPageOptions): Markup {
  if (!isJobId(id)) return renderText(task);
  const { publicUrl } = options;
  const board = `${boardPaths.queues}/${encodeURIComponent(queue)}/${id}`;
  const href = publicUrl === undefined ? board : `${publicUrl}${paths.jobs}/${id}`;
  return html`<a href="${href}">${renderText(task)}</a>`;
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

/** None where operators can only look, and none of a worker that hears of no order any more. */
function renderAction({ id, state, report, order }: KnownWorker, { readOnly }: WorkersPageOptions) {
  const by = renderOrder(state, order);
  if (readOnly || state === "stopping" || (state === "vanished" && order === undefined)) return by;
  const [action, word] = order === undefined ? ["drain", "Drain"] : ["release", "Release"];
  const target = `${consolePaths.workers}/${encodeURIComponent(id)}/${action}`;
  return html`<form method="post" action="${target}">
      <button class="plain" aria-label="${word} ${report?.host ?? id}, ${id}">${word}</button>
    </form>
    ${by}`;
}

function renderOrder(state: WorkerState, order: DrainOrder | undefined): Markup | false {
  if (order !== undefined) return html`<small>drained by ${renderText(order.by)}</small>`;
  const isHeld = state === "draining" || state === "drained";
  return isHeld && html`<small>released: it takes jobs within seconds</small>`;
}

const ranks: readonly WorkerState[] = [
  "working",
  "idle",
  "draining",
  "drained",
  "stopping",
  "vanished",
];

/** Rows stay where they are while a worker works and idles by turns. */
function byStateAndHost(a: KnownWorker, b: KnownWorker): number {
  return rankOf(a) - rankOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function rankOf({ state }: KnownWorker): number {
  return Math.max(1, ranks.indexOf(state));
}

function nameOf({ id, report }: KnownWorker): string {
  return `${report?.host ?? ""} ${id}`;
}

function sum(queues: readonly QueueReport[], key: "running" | "slots"): number {
  return queues.reduce((total, queue) => total + queue[key], 0);
}
