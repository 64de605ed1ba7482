import { html } from "hono/html";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { paths } from "../../contract/paths.ts";
import {
  createQueueReadings,
  createReadings,
  describeHold,
  describeQueue,
  describeSchedule,
  formatReading,
} from "../pages/assets/readings.js";
import { nameFailure } from "../pages/failure-name.ts";
import type { OverviewSnapshot } from "./snapshot.ts";
import { type Markup, refreshSeconds, renderExactTime, renderPage } from "../pages/layout.ts";

interface Plot {
  readonly title: string;
  readonly hint: string;
  readonly unit: "jobs" | "seconds";
  /** What is drawn: a reading's name, and what people call it. */
  readonly lines: readonly (readonly [reading: string, label: string])[];
  /** Names of lines that are 0 throughout are left away. */
  readonly sparse?: boolean;
}

/**
 * A pattern for each line of a plot, in pixels on and off, so that lines are told apart without
 * their colours, and one that runs on another does not hide it: the later ones are drawn on top.
 */
const dashes: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [14, 4],
  [7, 3, 2, 3],
  [2, 7],
  [14, 3, 2, 3],
  [7, 3, 2, 3, 2, 3],
  [4, 10],
  [14, 3, 7, 3],
  [14, 3, 2, 3, 2, 3],
  [20, 8],
];

const classes = Object.keys(failureClasses) as FailureClass[];

const plots: readonly Plot[] = [
  {
    title: "In the queue",
    hint: "Jobs that have not ended yet.",
    unit: "jobs",
    lines: [
      ["waiting", "Waiting"],
      ["working", "Working"],
    ],
  },
  {
    title: "Ended per minute",
    hint: "Jobs that ended in the minute before.",
    unit: "jobs",
    lines: [
      ["succeeded", "Succeeded"],
      ["failed", "Failed"],
    ],
  },
  {
    title: "Wait",
    hint: "From submission to start, of jobs that ended at the first attempt in the minute before.",
    unit: "seconds",
    lines: [
      ["wait_p50", "Half within (p50)"],
      ["wait_p95", "95 % within (p95)"],
    ],
  },
  {
    title: "End to end",
    hint: "From submission to outcome, retries included, of jobs that ended in the minute before.",
    unit: "seconds",
    lines: [
      ["end_to_end_p50", "Half within (p50)"],
      ["end_to_end_p95", "95 % within (p95)"],
    ],
  },
  {
    title: "Failures per minute",
    hint: "By class, of jobs that ended in the minute before.",
    unit: "jobs",
    lines: classes.map((name) => [name, nameFailure(name)]),
    sparse: true,
  },
];

/** The queue as a whole, in numbers, and as plots where there is JavaScript. */
export function renderOverviewPage(
  snapshot: OverviewSnapshot | undefined,
  queues: readonly string[],
): Promise<string> {
  const readings = createReadings(snapshot, classes);
  return renderPage(
    {
      title: "Overview",
      path: paths.overview,
      refreshSeconds,
      assets: ["uplot.css", "overview.css", "overview.js"],
    },
    html`<main
      class="overview wide"
      data-overview="${paths.overviewEvents}"
      data-state="${paths.overviewState}"
      data-classes="${classes.join(" ")}"
    >
      <section class="panel">
        <h1>Overview</h1>
        <p role="status" data-queue>${describeQueue(snapshot)}</p>
        <dl class="readings" data-now>
          ${renderReading(readings, ["workers", "Workers"], "jobs")}
          ${renderReading(readings, ["oldest_waiting", "Oldest waiting"], "seconds")}
        </dl>
        ${queues.length > 1 && renderQueues(snapshot, queues)}
        <p class="sub">As of ${renderExactTime(snapshot?.at)}; the plots show ten minutes.</p>
        <p class="sub" data-polling></p>
      </section>
      ${renderSchedules(snapshot)} ${plots.map((plot) => renderPlot(plot, readings))}
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
      ${columns.map(
        ([reading, , unit]) =>
          html`<td data-reading="${reading}" data-unit="${unit}">
            ${formatReading(readings[reading], unit)}
          </td>`,
      )}
      <td data-hold>${describeHold(queue)}</td>
    </tr>`;
  });
  return html`<div class="queues" role="region" aria-label="Queues" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Queue</th>
          ${columns.map(([, title]) => html`<th scope="col">${title}</th>`)}
          <th scope="col">Held up by</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
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
    <div class="queues" role="region" aria-label="Schedules" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Schedule</th>
            <th scope="col">Next run</th>
            <th scope="col">Last run</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

function renderPlot({ title, hint, unit, lines, sparse = false }: Plot, readings: Readings) {
  const shown = lines.some(([name]) => readings[name] !== 0);
  return html`<section class="panel" data-plot="${unit}">
    <div class="title">
      <h2>${title}</h2>
      <span class="sub" data-moment></span>
    </div>
    <p class="sub">${hint}</p>
    <dl class="readings">
      ${lines.map((line, i) => renderReading(readings, line, unit, { i, sparse }))}
    </dl>
    ${sparse && html`<p data-none${shown ? html` hidden` : ""}>None.</p>`}
    <div class="canvas" aria-hidden="true"></div>
    <details hidden>
      <summary>${title} as a table</summary>
    </details>
  </section>`;
}

type Readings = ReturnType<typeof createReadings>;

interface Line {
  readonly i: number;
  readonly sparse: boolean;
}

/** An SVG, because its colour is an attribute: the page's security policy allows no inline styles. */
function renderSwatch(name: string, { i, sparse }: Line): Markup {
  const dash = (dashes[i] ?? []).join(" ");
  const colour = sparse ? html` color="${createColour(i)}"` : "";
  const kind = sparse ? "" : ` line-${i} ${name}`;
  return html`<svg
    class="swatch${kind}"
    data-dash="${dash}"
    viewBox="0 0 32 4"
    aria-hidden="true"
    ${colour}
  >
    <line x1="0" y1="2" x2="32" y2="2" stroke-dasharray="${dash || "none"}"></line>
  </svg>`;
}

/** A colour that differs at a glance from the ones before it, however many there are. */
function createColour(i: number): string {
  const goldenAngle = 137.5;
  const hue = (i * goldenAngle) % 360;
  return `light-dark(hsl(${hue} 70% 38%), hsl(${hue} 75% 70%))`;
}

function renderReading(
  readings: Readings,
  [name, label]: readonly [string, string],
  unit: Plot["unit"],
  line?: Line,
): Markup {
  const value = readings[name];
  return html`<div${line?.sparse === true && !value ? html` hidden` : ""}>
<dt>${line && renderSwatch(name, line)}${label}</dt>
<dd data-reading="${name}" data-unit="${unit}">${formatReading(value, unit)}</dd>
</div>`;
}
