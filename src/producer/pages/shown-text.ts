import { html } from "hono/html";
import type { Markup } from "./layout.ts";

/**
 * Characters that show nothing, or turn the order of others round. Line breaks and tabs are shown by
 * the browser; joiners are part of words and of emoji.
 */
const unseen = /((?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])/u;

/** A client's text as it is, with a name such as U+202E for each character that cannot be seen. */
export function renderText(text: string): Markup {
  const [seen = "", ...others] = text.replaceAll("\r\n", "\n").split(unseen);
  // Every other part is what was found between the others.
  return html`${seen}${others.map((part, i) => (i % 2 === 0 ? html`<i class="unseen">${nameCharacter(part)}</i>` : part))}`;
}

function nameCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
