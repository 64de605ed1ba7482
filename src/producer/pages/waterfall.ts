import { html } from "hono/html";
import { formatReading } from "./assets/readings.js";
import type { Markup } from "./layout.ts";
import { renderText } from "./shown-text.ts";
import type { Story } from "./story.ts";
import type { Step } from "./story-step.ts";

/** Of a share in percent: finer than a pixel. */
const digits = 2;
/** The least share in percent that is drawn: what has no width is not seen at all. */
const leastShare = 0.2;

/** A job's life as a table, whose last column draws what the others say. */
export function renderWaterfall({ steps, spanMs }: Story): Markup | string {
  if (steps.length === 0) return "";
  return html`<section class="panel">
    <h2>What happened</h2>
    <table class="fall stack">
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" class="num from">From</th>
          <th scope="col" class="num">Took</th>
          <th scope="col">Where</th>
          <td class="track sub" aria-hidden="true">0 to ${formatMs(spanMs)}</td>
        </tr>
      </thead>
      <tbody>
        ${steps.map((step) => renderStep(step, spanMs))}
      </tbody>
    </table>
  </section>`;
}

/** A duration as people say it. */
export function formatMs(ms: number | undefined): string {
  return formatReading(ms === undefined ? undefined : ms / 1_000, "seconds");
}

function renderStep(step: Step, spanMs: number): Markup {
  const { name, kind, fromMs, tookMs, standing, worker, outcome } = step;
  const tone = kind === "wait" ? "" : kind;
  return html`<tr>
    <th scope="row">
      ${name} ${outcome !== undefined && html`<span class="pill ${tone}">${outcome}</span>`}
    </th>
    <td class="num from">${formatMs(fromMs)}</td>
    <td class="num">
      ${tookMs === undefined ? "" : formatMs(tookMs)}${standing !== "over" && ` ${standing}`}
    </td>
    <td class="where sub">${worker !== undefined && renderText(worker)}</td>
    <td class="track" aria-hidden="true">${renderBar(step, spanMs)}</td>
  </tr>`;
}

/** Of attributes alone: the page's security policy allows no inline styles. Of a moment nothing is drawn. */
function renderBar({ kind, fromMs, tookMs }: Step, spanMs: number): Markup | string {
  if (tookMs === undefined || spanMs === 0) return "";
  const share = (ms: number, least = 0) =>
    `${Math.max(least, Number(((100 * ms) / spanMs).toFixed(digits)))}%`;
  return html`<svg focusable="false">
    <line x1="0" y1="50%" x2="100%" y2="50%"></line>
    <rect
      class="${kind}"
      x="${share(fromMs)}"
      y="15%"
      width="${share(tookMs, leastShare)}"
      height="70%"
      rx="2"
    ></rect>
  </svg>`;
}
