import { html } from "hono/html";
import { auditLimits } from "../../../contract/actions.ts";
import type { Markup } from "../../pages/layout.ts";

interface Button {
  /** Where the form is sent. */
  readonly action: string;
  readonly word: string;
  /** What it acts on, for whoever only hears the button. */
  readonly of?: string;
}

/** A button that acts at once: what it does harms nobody, and can be undone. */
export function renderButton({ action, word, of }: Button): Markup {
  return html`<form method="post" action="${action}">
    <button class="plain" ${of === undefined ? "" : html`aria-label="${word} ${of}"`}>
      ${word}
    </button>
  </form>`;
}

export interface ActForm extends Button {
  /** Unfolded, it stays so while the page renews itself. */
  readonly id: string;
  /** What it will do. */
  readonly says: string;
  /** Further fields that are sent along. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A button that unfolds what it will do, room for a reason, and the button that does it. */
export function renderAct({ id, action, word, of, says, fields = {} }: ActForm): Markup {
  return html`<details id="${id}" class="act">
    <summary ${of === undefined ? "" : html`aria-label="${word} ${of}…"`}>${word}…</summary>
    <form method="post" action="${action}" class="panel">
      <p>${says}</p>
      ${Object.entries(fields).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
      )}
      <div class="field">
        <label for="${id}-reason">Reason, if you like</label>
        <input type="text" id="${id}-reason" name="reason" maxlength="${auditLimits.reason}" />
      </div>
      <button>${word}${of === undefined ? "" : ` ${of}`}</button>
    </form>
  </details>`;
}
