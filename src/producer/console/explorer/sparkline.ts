import { html } from "hono/html";
import type { Markup } from "../../pages/layout.ts";

const height = 16;
const barWidth = 4;
const gap = 1;
/** Of one among many: it is to be seen. */
const minHeight = 1.5;

/** Counts as bars, of attributes alone: the page's security policy allows no inline styles. */
export function renderSparkline(counts: readonly number[]): Markup {
  const most = Math.max(1, ...counts);
  const width = counts.length * (barWidth + gap) - gap;
  return html`<svg
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
    aria-hidden="true"
    focusable="false"
  >
    ${counts.map((count, i) => {
      if (count === 0) return "";
      const tall = Math.max(minHeight, (height * count) / most);
      return html`<rect
        x="${i * (barWidth + gap)}"
        y="${Number((height - tall).toFixed(2))}"
        width="${barWidth}"
        height="${Number(tall.toFixed(2))}"
      ></rect>`;
    })}
  </svg>`;
}
