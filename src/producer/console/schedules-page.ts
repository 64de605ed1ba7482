import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import { isJobId } from "../../queue/job-id.ts";
import { type Markup, renderPage, renderTime, type Site } from "../pages/layout.ts";
import { renderText } from "../pages/shown-text.ts";
import { renderAct, renderButton } from "./actions/act-form.ts";
import type { ToldSchedule } from "./schedule-json.ts";
import { type Column, renderTable } from "../pages/table.ts";

/** Seconds after which the page asks again. */
const renewedSeconds = 5;

function createColumns(mayAct: boolean): readonly Column<ToldSchedule>[] {
  return [
    { title: "State", kind: "untitled short", cell: renderState },
    {
      title: "Schedule",
      kind: "head",
      cell: ({ key, task, queue }) =>
        html`${renderText(key)}
          <small>task ${renderText(task)}, queue ${renderText(queue)}</small>`,
    },
    { title: "When", kind: "wide", cell: ({ timetable }) => renderText(sayTimetable(timetable)) },
    {
      title: "Next run",
      kind: "short",
      cell: ({ next_slot: next }) => renderTime(next ?? undefined),
    },
    { title: "Last run", kind: "short", cell: renderLast },
    {
      title: "Action",
      kind: "untitled wide",
      cell: (schedule) => (mayAct ? renderActions(schedule) : ""),
    },
  ];
}

/** The schedules, one a row. */
export function renderSchedulesPage(
  schedules: readonly ToldSchedule[],
  { mayAct, site }: { readonly mayAct: boolean; readonly site: Site },
): Promise<string> {
  return renderPage(
    {
      title: "Schedules",
      description: "When each schedule runs, and what its last slot has submitted.",
      path: consolePaths.schedules,
      site,
      refreshSeconds: renewedSeconds,
      assets: ["workers.css", "renewal.js"],
    },
    html`<main class="wide" data-every="${renewedSeconds}">
      <div class="head">
        <h1>Schedules</h1>
        <p class="warn" role="status" data-lost></p>
      </div>
      ${schedules.length === 0 ? renderNone() : renderAll(schedules, mayAct)}
    </main>`,
  );
}

function renderNone(): Markup {
  return html`<p>
    No worker has named a schedule. A task has one by <code>schedule</code> in its file.
  </p>`;
}

function renderAll(schedules: readonly ToldSchedule[], mayAct: boolean): Markup {
  return html`${renderTable(createColumns(mayAct), schedules, {
      attribute: "schedule",
      nameOf: ({ key }) => key,
    })}
    <p class="sub">
      What is due in a pause is left out. A run at once is no slot: the next one comes as it would
      have.
    </p>`;
}

function renderLast({ last_slot: last, last_job: job }: ToldSchedule): Markup | string {
  const time = renderTime(last ?? undefined);
  return job !== null && isJobId(job)
    ? html`<a href="${consolePaths.jobs}/${job}">${time}</a>`
    : time;
}

function renderState(schedule: ToldSchedule): Markup {
  const { paused_since: since, late_seconds: late } = schedule;
  if (since !== null) {
    return html`<span class="pill warn">paused</span> <small>${renderTime(since)}</small>`;
  }
  return late >= 1
    ? html`<span class="pill bad">late</span>`
    : html`<span class="pill good">on time</span>`;
}

/** In the words of the task's file. */
function sayTimetable(timetable: unknown): string {
  if (typeof timetable !== "object" || timetable === null) return String(timetable);
  const { cron, timeZone, everyMs }: Readonly<Record<string, unknown>> = { ...timetable };
  if (typeof cron === "string") return typeof timeZone === "string" ? `${cron}, ${timeZone}` : cron;
  if (typeof everyMs === "number") return `every ${everyMs / 1_000} s`;
  return JSON.stringify(timetable);
}

function renderActions({ key, paused_since: since }: ToldSchedule): Markup {
  const target = `${consolePaths.schedules}/${encodeURIComponent(key)}`;
  return html`<div class="actions">
    ${renderButton({ action: `${target}/run`, word: "Run now", of: key })}
    ${
      since === null
        ? renderAct({
            id: `pause-${key}`,
            action: `${target}/pause`,
            word: "Pause",
            of: key,
            says: "No slot of it is run until it is resumed.",
          })
        : renderButton({ action: `${target}/resume`, word: "Resume", of: key })
    }
  </div>`;
}
