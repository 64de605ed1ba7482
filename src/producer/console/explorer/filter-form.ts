import { html } from "hono/html";
import { failureClasses } from "../../../contract/failures.ts";
import { filterSpans } from "../../../contract/job-filter.ts";
import { jobSorts } from "../../explorer/job-index.ts";
import { nameFailure } from "../../pages/failure-name.ts";
import type { Markup } from "../../pages/layout.ts";
import { type ExplorerView, pageLength } from "./view.ts";

/** What can be chosen, beside what the contract lists. */
export interface Choices {
  /** Names and titles of the tasks. */
  readonly tasks: readonly (readonly [name: string, title: string])[];
  readonly queues: readonly string[];
  readonly submitters: readonly string[];
}

export const spanWords: Readonly<Record<keyof typeof filterSpans, string>> = {
  "15m": "Last 15 minutes",
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
};

const sortWords: Readonly<Record<(typeof jobSorts)[number], string>> = {
  created: "Latest submitted",
  ended: "Latest ended",
  waited: "Longest wait",
  ran: "Longest run",
};

/** What the form has no field for, but is not to lose. */
const carried = ["state", "group", "id", "from", "to", "limit"];

/** The form that narrows what is shown; it asks for a page as a link does. */
export function renderFilterForm(view: ExplorerView, choices: Choices): Markup {
  const { parameters } = view;
  const given = (name: string) => parameters.get(name) ?? "";
  const isTimed = given("from") !== "" || given("to") !== "";
  const select = (
    name: string,
    label: string,
    options: readonly (readonly [value: string, text: string])[],
  ) =>
    html`<label
      >${label}<select name="${name}">
        ${withGiven(options, given(name)).map(([value, text]) => html`<option value="${value}" ${value === given(name) ? html` selected` : ""}>${text}</option>`)}
      </select></label
    >`;
  const any = ["", "Any"] as const;
  return html`<form class="filters" role="search">
    ${carried.flatMap((name) =>
      parameters
        .getAll(name)
        .filter((value) => value !== "" && !(name === "limit" && value === String(pageLength)))
        .map((value) => html`<input type="hidden" name="${name}" value="${value}" />`),
    )}
    <label class="grow"
      >Search<input
        type="search"
        name="text"
        value="${given("text")}"
        maxlength="200"
        placeholder="id, key, text in input, result or error"
        aria-keyshortcuts="/"
    /></label>
    ${select("task", "Task", [any, ...choices.tasks])}
    ${choices.queues.length > 1 && select("queue", "Queue", [any, ...choices.queues.map(twice)])}
    ${select("class", "Failure", [any, ...Object.keys(failureClasses).map((name) => [name, nameFailure(name)] as const)])}
    ${choices.submitters.length > 0 && select("submitter", "Submitter", [any, ...choices.submitters.map(twice)])}
    ${!isTimed && select("within", "When", [["", "Any time"], ...Object.entries(spanWords)])}
    ${select("sort", "Order", Object.entries(sortWords))}
    <button>Show</button>
  </form>`;
}

function twice(name: string): readonly [string, string] {
  return [name, name];
}

/** What an address names stays chosen, though nothing has it now. */
function withGiven(
  options: readonly (readonly [value: string, text: string])[],
  given: string,
): readonly (readonly [value: string, text: string])[] {
  const isListed = given === "" || options.some(([value]) => value === given);
  return isListed ? options : [...options, twice(given)];
}
