import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import {
  createQueueReadings,
  createReadings,
  describeHold,
  describeQueue,
  describeSchedule,
  formatReading,
} from "../pages/assets/readings.js";
import { liveWaysOf } from "../pages/live-ways.ts";
import { classes, renderPlots, renderReading } from "./plots.ts";
import { renderRanges } from "./ranges.ts";
import { renderScrolledTable } from "./scrolled-table.ts";
import type { OverviewSnapshot } from "./snapshot.ts";
import {
  type Markup,
  refreshSeconds,
  renderExactTime,
  renderPage,
  type Site,
} from "../pages/layout.ts";

const live = liveWaysOf(paths.overview);

/** The queue as a whole, in numbers, and as plots where there is JavaScript. */
export function renderOverviewPage(
  snapshot: OverviewSnapshot | undefined,
  queues: readonly string[],
  site?: Site,
): Promise<string> {
  const readings = createReadings(snapshot, classes);
  return renderPage(
    {
      title: "Overview",
      path: paths.overview,
      refreshSeconds,
      assets: ["uplot.css", "overview.css", "overview.js"],
      site,
    },
    html`<main
      class="overview wide"
      data-overview="${live.events}"
      data-state="${live.state}"
      data-classes="${classes.join(" ")}"
    >
      <section class="panel">
        <div class="title">
          <h1>Overview</h1>
          ${renderRanges(paths.overview)}
        </div>
        <p role="status" data-queue>${describeQueue(snapshot)}</p>
        <dl class="readings" data-now>
          ${renderReading(readings, ["oldest_waiting", "Oldest waiting"], "seconds")}
        </dl>
        ${queues.length > 1 && renderQueues(snapshot, queues)}
        <p class="sub">As of ${renderExactTime(snapshot?.at)}; the plots show ten minutes.</p>
        <p class="sub" data-polling></p>
      </section>
      ${renderSchedules(snapshot)} ${renderPlots("minute", readings)}
    </main>`,
  );
}

const columns = [
  ["waiting", "Waiting", "jobs"],
  ["working", "Working", "jobs"],
  ["workers", "Workers", "jobs"],
  ["oldest_waiting", "Oldest waiting", "seconds"],
] as const;

/** Each queue in a row; where there is but one, the numbers above are its own. */
function renderQueues(snapshot: OverviewSnapshot | undefined, queues: readonly string[]): Markup {
  const rows = queues.map((name) => {
    const queue = snapshot?.queues?.[name];
    const readings = createQueueReadings(queue);
    return html`<tr data-of="${name}">
      <th scope="row">${name}</th>
      <td data-hold>${describeHold(queue)}</td>
      ${columns.map(
        ([reading, , unit]) =>
          html`<td data-reading="${reading}" data-unit="${unit}">
            ${formatReading(readings[reading], unit)}
          </td>`,
      )}
    </tr>`;
  });
  const titles = ["Queue", "Held up by", ...columns.map(([, title]) => title)];
  return renderScrolledTable("Queues", titles, rows);
}

/** Times at which tasks run by themselves; nothing where there are none. */
function renderSchedules(snapshot: OverviewSnapshot | undefined): Markup | string {
  const schedules = snapshot?.schedules ?? [];
  if (schedules.length === 0) return "";
  const rows = schedules.map((schedule) => {
    const { key, next, last } = describeSchedule(schedule);
    return html`<tr data-schedule="${key}">
      <th scope="row">${key}</th>
      <td data-next>${next}</td>
      <td data-last>${last}</td>
    </tr>`;
  });
  return html`<section class="schedules panel">
    <h2>Schedules</h2>
    ${renderScrolledTable("Schedules", ["Schedule", "Next run", "Last run"], rows)}
  </section>`;
}
