import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { Markup } from "../pages/layout.ts";

const ranges = [
  [paths.overview, "Ten minutes"],
  [paths.overviewDay, "24 hours"],
] as const;

/** Leads from either overview to the other. */
export function renderRanges(shown: string): Markup {
  return html`<nav class="ranges" aria-label="Time shown">
    ${ranges.map(
      ([path, text]) =>
        html`<a href="${path}" ${path === shown ? html` aria-current="page"` : ""}>${text}</a>`,
    )}
  </nav>`;
}
