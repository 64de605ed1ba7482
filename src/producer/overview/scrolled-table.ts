import { html } from "hono/html";
import type { Markup } from "../pages/layout.ts";
import { renderHead } from "../pages/table-head.ts";

/** A table that is scrolled within a region of that name where the page has no room for it. */
export function renderScrolledTable(
  name: string,
  columns: readonly string[],
  rows: readonly Markup[],
): Markup {
  return html`<div class="queues" role="region" aria-label="${name}" tabindex="0">
    <table>
      ${renderHead(columns)}
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
