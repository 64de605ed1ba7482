import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import { type Markup, renderPage, renderTime, type Site } from "../pages/layout.ts";
import { renderText } from "../pages/shown-text.ts";
import { renderAct, renderButton } from "./actions/act-form.ts";
import type { ToldQueue } from "./queue-standing.ts";
import { sayTime } from "./worker-words.ts";
import { type Column, renderTable } from "../pages/table.ts";

/** Seconds after which the page asks again. */
const renewedSeconds = 5;

function createColumns(mayAct: boolean): readonly Column<ToldQueue>[] {
  return [
    { title: "State", kind: "untitled short", cell: renderState },
    { title: "Queue", kind: "head", cell: renderName },
    { title: "Waiting", kind: "num", cell: ({ waiting }) => waiting },
    { title: "Working", kind: "num", cell: ({ working }) => working },
    { title: "Delayed", kind: "num", cell: ({ delayed }) => delayed },
    { title: "Failed", kind: "num", cell: ({ failed }) => failed },
    {
      title: "Oldest waits",
      kind: "num",
      cell: ({ oldest_waiting_seconds: oldest }) =>
        oldest === null ? "–" : sayTime(oldest * 1_000),
    },
    { title: "Workers", kind: "num", cell: ({ workers }) => workers },
    { title: "Limits", kind: "wide", cell: sayLimits },
    {
      title: "Action",
      kind: "untitled wide",
      cell: (queue) => (mayAct ? renderAction(queue) : ""),
    },
  ];
}

/** The queues, one a row. */
export function renderQueuesPage(
  queues: readonly ToldQueue[],
  { mayAct, site }: { readonly mayAct: boolean; readonly site: Site },
): Promise<string> {
  return renderPage(
    {
      title: "Queues",
      description: "What waits in each queue, and what holds it back.",
      path: consolePaths.queues,
      site,
      refreshSeconds: renewedSeconds,
      assets: ["workers.css", "renewal.js"],
    },
    html`<main class="wide" data-every="${renewedSeconds}">
      <div class="head">
        <h1>Queues</h1>
        <p class="warn" role="status" data-lost></p>
      </div>
      ${renderTable(createColumns(mayAct), queues, {
        attribute: "queue",
        nameOf: ({ name }) => name,
      })}
      <p class="sub">
        What works when a queue is paused goes on; what waits starts once it is resumed. Waiting are
        those whose time has come, delayed those that wait for theirs.
      </p>
    </main>`,
  );
}

function renderName(queue: ToldQueue): Markup {
  const { name } = queue;
  return html`<a href="${consolePaths.jobs}?queue=${encodeURIComponent(name)}"
      >${renderText(name)}</a
    >
    ${queue.paused && renderPause(queue)}`;
}

function renderState(queue: ToldQueue): Markup {
  if (queue.paused) return html`<span class="pill warn">paused</span>`;
  if (queue.workers === 0) return html`<span class="pill bad">no workers</span>`;
  const [limit] = queue.held_by;
  if (limit !== undefined && queue.waiting > 0) {
    return html`<span class="pill warn">at its ${limit}</span>`;
  }
  return queue.working > 0
    ? html`<span class="pill busy">working</span>`
    : html`<span class="pill good">idle</span>`;
}

/** Nobody knows who has paused it past the console. */
function renderPause(queue: ToldQueue): Markup {
  const { paused_since: since, paused_by: by, paused_because: reason } = queue;
  if (by === null) return html`<small>paused past the console: see the audit</small>`;
  return html`<small>paused by ${renderText(by)}, ${renderTime(since ?? undefined)}</small>
    ${reason !== null && html`<small>${renderText(reason)}</small>`}`;
}

function sayLimits({ concurrency, rate }: ToldQueue): string {
  const parts = [
    ...(concurrency === null ? [] : [`${concurrency} at once`]),
    ...(rate === null ? [] : [`${rate.max} in ${rate.per_ms} ms`]),
  ];
  return parts.length === 0 ? "none" : parts.join(", ");
}

function renderAction({ name, paused }: ToldQueue): Markup {
  const target = `${consolePaths.queues}/${encodeURIComponent(name)}`;
  return paused
    ? renderButton({ action: `${target}/resume`, word: "Resume", of: name })
    : renderAct({
        id: `pause-${name}`,
        action: `${target}/pause`,
        word: "Pause",
        of: name,
        says: "No job of it starts until it is resumed; what runs goes on. Whoever sees the overview is told the reason.",
      });
}
