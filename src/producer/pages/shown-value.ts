import { html } from "hono/html";
import { layOutJson } from "./json-layout.ts";
import type { Markup } from "./layout.ts";
import { renderText } from "./shown-text.ts";

/** Beyond either, a text is folded up to its start. */
const foldedFrom = { characters: 600, lines: 12 };
const startLength = 120;
/** What is shown within a sentence. */
const inlineLength = 60;

const counts = new Intl.NumberFormat("en");

/** What a client's value reads: a text as it is, and anything else as JSON. */
export function readable(value: unknown): string {
  return typeof value === "string" ? value : layOutJson(value);
}

/** Whether a value is short enough for the line in which it is named. */
export function isInline(value: unknown): boolean {
  const text = readable(value);
  return text.length <= inlineLength && !text.includes("\n");
}

/** A client's value; `id` keeps apart what is unfolded, and its text has it with `-text` behind it. */
export function renderValue(value: unknown, id: string): Markup {
  if (value === "") return html`<span class="sub">empty text</span>`;
  const text = readable(value);
  return typeof value === "string" ? renderLongText(text, id) : renderBlock(text, id, "code");
}

/** A client's text of any length, with its line breaks. */
export function renderLongText(text: string, id: string): Markup {
  return renderBlock(text, id, "bdi");
}

function renderBlock(text: string, id: string, element: "bdi" | "code"): Markup {
  const shown =
    element === "code"
      ? html`<code class="value" id="${id}-text">${renderText(text)}</code>`
      : html`<bdi class="value" id="${id}-text">${renderText(text)}</bdi>`;
  const lines = text.split("\n").length;
  if (text.length <= foldedFrom.characters && lines <= foldedFrom.lines) return shown;
  // What is scrolled within is reached by keyboard, too.
  return html`<details id="${id}">
    <summary>
      <bdi class="start">${renderText(startOf(text))}…</bdi>
      <span class="all">all ${counts.format(text.length)} characters</span>
    </summary>
    <div class="whole" role="group" aria-label="All of it" tabindex="0">${shown}</div>
  </details>`;
}

function startOf(text: string): string {
  const start = text.slice(0, startLength).replaceAll(/\s+/g, " ");
  // Half of a character that takes two.
  return start.isWellFormed() ? start : start.slice(0, -1);
}
