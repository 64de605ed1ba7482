import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import { forgottenAfterSeconds, maxWorkers, reportEverySeconds } from "../../contract/workers.ts";
import type { KnownWorker, WorkerState } from "../../queue/workers.ts";
import { type Markup, renderPage, type Site } from "../pages/layout.ts";
import { columns, renderWorker, type WorkerRowOptions } from "./worker-row.ts";
import { countSlots, sayTime } from "./worker-words.ts";
import { renderHead } from "../pages/table-head.ts";

export interface WorkersPageOptions extends WorkerRowOptions {
  /** Whether operators can only look. */
  readonly readOnly: boolean;
  readonly site: Site;
}

/** The workers, one a row: those that work first, and those that vanished last. */
export function renderWorkersPage(
  workers: readonly KnownWorker[],
  options: WorkersPageOptions,
): Promise<string> {
  return renderPage(
    {
      title: "Workers",
      description: "What runs in each worker's slots.",
      path: consolePaths.workers,
      site: options.site,
      refreshSeconds: reportEverySeconds,
      assets: ["workers.css", "renewal.js"],
    },
    html`<main class="wide" data-every="${reportEverySeconds}">
      <div class="head">
        <h1>Workers</h1>
        <p class="warn" role="status" data-lost></p>
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
  const drained = here.filter(({ state }) => state === "draining" || state === "drained");
  const taking = here.filter((worker) => !drained.includes(worker));
  const queues = taking.flatMap(({ report }) => report?.queues ?? []);
  const figures = [
    ["Workers", String(here.length)],
    ["Slots busy", `${countSlots(queues).running} of ${countSlots(queues).slots}`],
    ["Drained", String(drained.length)],
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
    <table class="workers stack">
      ${renderHead(columns)}
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
