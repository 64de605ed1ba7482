import { html } from "hono/html";
import { actions, actOutcomes, auditLimits } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import type { AuditEntry, AuditFilter, AuditPage } from "../../../queue/audit.ts";
import { isJobId } from "../../../queue/job-id.ts";
import { type Markup, renderPage, renderTime, type Site } from "../../pages/layout.ts";
import { renderText } from "../../pages/shown-text.ts";
import type { Tone } from "../../pages/tone.ts";
import { type Column, renderTable } from "../../pages/table.ts";

export interface AuditPageOptions {
  readonly filter: AuditFilter;
  /** Whether it has the latest entries. */
  readonly isFirst: boolean;
  readonly site: Site;
}

const columns: readonly Column<AuditEntry>[] = [
  { title: "When", kind: "short", cell: ({ at }) => renderTime(new Date(at).toISOString()) },
  {
    title: "Who",
    cell: ({ by, role, from }) =>
      html`${renderText(by)} <small>${renderText(role)}, ${renderText(from)}</small>`,
  },
  {
    title: "What",
    kind: "wide",
    cell: ({ action, reason, end }) =>
      html`${renderText(action)}
      ${reason !== undefined && html`<small>${renderText(reason)}</small>`}
      ${end?.detail !== undefined && html`<small>${renderText(end.detail)}</small>`}`,
  },
  {
    title: "On",
    kind: "wide",
    cell: ({ on, target }) => html`${renderText(on)} ${renderTarget(on, target)}`,
  },
  { title: "Outcome", kind: "untitled short", cell: renderEnd },
];

/** Who did what, the latest first. */
export function renderAuditPage(page: AuditPage, options: AuditPageOptions): Promise<string> {
  const { filter, isFirst, site } = options;
  return renderPage(
    {
      title: "Audit",
      description: "Which operator did what, when and why.",
      path: consolePaths.audit,
      site,
      assets: ["workers.css"],
    },
    html`<main class="wide">
      <div class="head">
        <h1>Audit</h1>
        <p><a href="${consolePaths.actions}">Actions on many jobs</a></p>
      </div>
      ${renderFilter(filter)}
      ${page.entries.length === 0 ? renderNone(filter) : renderTable(columns, page.entries)}
      <nav class="pages" aria-label="Pages">
        ${!isFirst && html`<a href="${addressOf(filter)}">Latest</a>`}
        ${page.before !== undefined && html`<a href="${addressOf(filter, page.before)}">Older</a>`}
      </nav>
      <p class="sub">
        The latest ${auditLimits.entries} entries of ${auditLimits.days} days are kept. Each is
        written before its act.
      </p>
    </main>`,
  );
}

function addressOf(filter: AuditFilter, before?: string): string {
  const query = new URLSearchParams({ ...filter, ...(before !== undefined && { before }) });
  return query.size === 0 ? consolePaths.audit : `${consolePaths.audit}?${query.toString()}`;
}

function renderFilter({ by = "", on = "", action = "", target = "" }: AuditFilter): Markup {
  const words = [...new Set(Object.values(actions).flatMap((names) => Object.keys(names)))];
  return html`<form method="get" action="${consolePaths.audit}" class="search" role="search">
    <input type="search" name="by" value="${by}" aria-label="Who" placeholder="Who" />
    ${renderChoice({ name: "on", value: on, label: "On", words: Object.keys(actions) })}
    ${renderChoice({ name: "action", value: action, label: "What", words })}
    <input
      type="search"
      name="target"
      value="${target}"
      aria-label="Which"
      placeholder="Id of a job, name of a queue…"
    />
    <button class="plain">Show</button>
  </form>`;
}

interface Choice {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly words: readonly string[];
}

function renderChoice({ name, value, label, words }: Choice): Markup {
  return html`<select name="${name}" aria-label="${label}">
    <option value="">${label}: any</option>
    ${words.map((word) => html`<option ${word === value ? html`selected` : ""}>${word}</option>`)}
  </select>`;
}

function renderNone(filter: AuditFilter): Markup {
  return Object.keys(filter).length === 0
    ? html`<p>Nobody has acted on anything yet: what operators do will be here.</p>`
    : html`<p>Nothing matches. <a href="${consolePaths.audit}">Show everything</a></p>`;
}

function renderTarget(on: string, target: string): Markup {
  const named = html`<code>${renderText(target)}</code>`;
  if (on === "job" && isJobId(target))
    return html`<a href="${consolePaths.jobs}/${target}">${named}</a>`;
  return named;
}

const tones: Readonly<Record<keyof typeof actOutcomes, Tone>> = {
  done: "good",
  refused: "warn",
  failed: "bad",
};

function renderEnd({ end }: AuditEntry): Markup {
  if (end === undefined) {
    return html`<span class="pill idle" title="It goes on, or its producer was killed in it."
      >not known</span
    >`;
  }
  const { outcome } = end;
  return html`<span class="pill ${tones[outcome]}" title="${actOutcomes[outcome]}"
    >${outcome}</span
  >`;
}
