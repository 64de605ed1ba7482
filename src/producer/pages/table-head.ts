import { html } from "hono/html";
import type { Markup } from "./layout.ts";

/** The head of a table, with the title of each column. */
export function renderHead(columns: readonly string[]): Markup {
  return html`<thead>
    <tr>
      ${columns.map((title) => html`<th scope="col">${title}</th>`)}
    </tr>
  </thead>`;
}
