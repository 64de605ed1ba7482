import { html } from "hono/html";
import { z } from "zod";
import { runAtField } from "../../contract/forms.ts";
import { longestDelayDays, type StartTime } from "../../contract/start-time.ts";
import { type FieldError, RequestError } from "../http/errors.ts";
import { isNearEnough } from "../jobs/start-fields.ts";
import type { Markup } from "./layout.ts";

const pointer = `/${runAtField}`;
/** As a browser sends it: without an offset, which the field's label makes that of UTC. */
const localTime = z.iso.datetime({ local: true });

export function isOfRunAt(error: FieldError): boolean {
  return error.pointer === pointer;
}

/** When a submitted form says that its job is to start. Throws a `RequestError` in a person's words. */
export function parseRunAt(text: string): StartTime | undefined {
  if (text.trim() === "") return undefined;
  const { data } = localTime.safeParse(text.trim().replace(/Z$/, ""));
  if (data === undefined) throw refuse("Enter a date and a time, such as 2026-12-01T02:00.");
  const runAt = Date.parse(`${data}Z`);
  if (isNearEnough(runAt)) return { runAt };
  throw refuse(`Enter a time within the next ${longestDelayDays} days.`);
}

function refuse(detail: string): RequestError {
  return new RequestError(422, "when to start is not usable", { errors: [{ pointer, detail }] });
}

interface EnteredTime {
  readonly id: string;
  readonly value: string;
  readonly errors: readonly FieldError[];
  /** It gets the focus. */
  readonly isFirstWrong: boolean;
}

/**
 * The control for a start later than now, folded until there is something to see. A browser does not
 * tell its zone, so that the time is in UTC, unless a script makes it the visitor's own.
 */
export function renderLater({ id, value, errors, isFirstWrong }: EnteredTime): Markup {
  const wrong = errors.length > 0;
  return html`<details class="later" ${wrong || value !== "" ? html`open` : ""}>
    <summary>Run later</summary>
    <div class="field${wrong ? " wrong" : ""}">
      <label for="${id}">Start time (<span data-zone>UTC</span>)</label>
      <input
        type="datetime-local"
        id="${id}"
        name="${runAtField}"
        value="${value}"
        autocomplete="off"
        aria-describedby="${wrong ? `${id}-error ` : ""}${id}-hint"
        ${wrong ? html`aria-invalid="true"` : ""}
        ${isFirstWrong ? html`autofocus` : ""}
      />
      ${
        wrong &&
        html`<div id="${id}-error" class="failed">
          ${errors.map(({ detail }) => html`<p>${detail}</p>`)}
        </div>`
      }
      <small id="${id}-hint"
        >Left empty, or a time that has passed, it means now. At most ${longestDelayDays} days
        ahead.</small
      >
    </div>
  </details>`;
}
