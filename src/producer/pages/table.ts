import { html } from "hono/html";
import type { Markup } from "./layout.ts";
import { renderHead } from "./table-head.ts";

/** A column of a table whose rows stack on phones. */
export interface Column<Row> {
  readonly title: string;
  /** What of a row stands in it. */
  readonly cell: (row: Row) => Markup | string | number;
  /**
   * What its cells are: a row's own head, what needs no title where rows stack, a number, or a short or
   * a wide text with the title beside it.
   */
  readonly kind?: "head" | "untitled short" | "untitled wide" | "num" | "short" | "wide";
}

/** A table with a row for each of these, which has a name where scripts or tests look for it. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  named?: { readonly attribute: string; readonly nameOf: (row: Row) => string },
): Markup {
  return html`<table class="workers stack">
    ${renderHead(columns.map(({ title }) => title))}
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr
            ${named === undefined ? "" : html`data-${named.attribute}="${named.nameOf(row)}"`}
          >
            ${columns.map((column) => renderCell(column, row))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function renderCell<Row>({ title, kind, cell }: Column<Row>, row: Row): Markup {
  const content = cell(row);
  switch (kind) {
    case "head":
      return html`<th scope="row">${content}</th>`;
    case "untitled short":
      return html`<td class="short">${content}</td>`;
    case "untitled wide":
      return html`<td class="wide">${content}</td>`;
    case undefined:
      return html`<td data-label="${title}">${content}</td>`;
    case "num":
    case "short":
    case "wide":
      return html`<td data-label="${title}" class="${kind}">${content}</td>`;
  }
}
