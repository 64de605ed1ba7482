import { html } from "hono/html";
import type { FilterProblem } from "../../../contract/job-filter.ts";
import type { IndexStanding } from "../../explorer/job-index.ts";
import { type Markup, renderTime } from "../../pages/layout.ts";
import { formatMs } from "../../pages/waterfall.ts";

const numbers = new Intl.NumberFormat("en");
/** Behind so much, what is shown is not what is. */
const noticedLagMs = 5_000;

/** How far the index is behind, in a line. */
export function renderStanding({
  phase,
  jobs,
  scanned,
  lagMs,
  omittedBefore,
}: IndexStanding): Markup {
  const count = `${numbers.format(jobs)} ${jobs === 1 ? "job" : "jobs"}`;
  const isLate = lagMs !== undefined && lagMs > noticedLagMs;
  const { read = 0, total = 0 } = scanned ?? {};
  const of = total > 0 ? ` of ${numbers.format(Math.max(read, total))}` : "";
  return html`${
    phase === "scanning"
      ? `reading all jobs anew: ${numbers.format(read)}${of} so far`
      : phase === "starting"
        ? "waiting for Redis; no job is known yet"
        : count
  }
  ${phase === "lost" && html`<span class="warn"> · Redis does not answer</span>`}
  ${isLate && html`<span class="warn"> · as of ${formatMs(lagMs)} ago</span>`}
  ${omittedBefore !== undefined && html` · those that ended before ${renderTime(new Date(omittedBefore).toISOString())} are left out, as there are too many`}`;
}

/** What of an address makes no sense, and what was expected. */
export function renderProblems(problems: readonly FilterProblem[]): Markup | string {
  if (problems.length === 0) return "";
  return html`<div role="alert" class="refusal">
    <p>Not all of that address makes sense</p>
    <ul>
      ${problems.map(({ parameter, detail }) => html`<li><code>${parameter}</code>: ${detail}</li>`)}
    </ul>
  </div>`;
}
