import { html } from "hono/html";
import { type FailureClass, failureClasses } from "../../contract/failures.ts";
import { formatReading } from "../pages/assets/readings.js";
import type { createReadings } from "../pages/assets/readings.js";
import { nameFailure } from "../pages/failure-name.ts";
import type { Markup } from "../pages/layout.ts";

/** How long what has ended is counted for each moment of a plot. */
export type Span = "minute" | "five minutes";

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

/** All of them, in the order of their colours. */
export const classes = Object.keys(failureClasses) as FailureClass[];

/** The plots of either overview; of the day, what goes up and down is told by its extremes. */
function createPlots(span: Span): readonly Plot[] {
  const isDay = span === "five minutes";
  const per = isDay ? "in five minutes" : "per minute";
  const before = `in the ${span} before`;
  return [
    {
      title: "In the queue",
      hint: isDay
        ? "Jobs that had not ended: the most in five minutes."
        : "Jobs that have not ended yet.",
      unit: "jobs",
      lines: [
        ["waiting", "Waiting"],
        ["working", "Working"],
      ],
    },
    {
      title: "Workers",
      hint: isDay
        ? "Connected: the fewest in five minutes."
        : "Connected to the queue that has most of them.",
      unit: "jobs",
      lines: [["workers", "Workers"]],
    },
    {
      title: `Ended ${per}`,
      hint: `Jobs that ended ${before}.`,
      unit: "jobs",
      lines: [
        ["succeeded", "Succeeded"],
        ["failed", "Failed"],
      ],
    },
    {
      title: "Wait",
      hint: `From submission to start, of jobs that ended at the first attempt ${before}.`,
      unit: "seconds",
      lines: [
        ["wait_p50", "Half within (p50)"],
        ["wait_p95", "95 % within (p95)"],
      ],
    },
    {
      title: "End to end",
      hint: `From submission to outcome, retries included, of jobs that ended ${before}.`,
      unit: "seconds",
      lines: [
        ["end_to_end_p50", "Half within (p50)"],
        ["end_to_end_p95", "95 % within (p95)"],
      ],
    },
    {
      title: `Failures ${per}`,
      hint: `By class, of jobs that ended ${before}.`,
      unit: "jobs",
      lines: classes.map((name) => [name, nameFailure(name)]),
      sparse: true,
    },
  ];
}

/** All plots: their numbers, and where there is JavaScript their lines. */
export function renderPlots(span: Span, readings: Readings): Markup[] {
  return createPlots(span).map((plot) => renderPlot(plot, readings));
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

/** A number with its name; with its line, if it is drawn. */
export function renderReading(
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
