import { html } from "hono/html";
import type { JobStatus } from "../jobs/job-status.ts";
import { type Markup, renderTime } from "./layout.ts";
import type { Story } from "./story.ts";
import { formatMs } from "./waterfall.ts";

type Figure = readonly [name: string, value: Markup | string];

/** How long a job took, and how often it was tried: numbers side by side. */
export function renderFigures(job: JobStatus, story: Story): Markup {
  return html`<dl class="figures">
    ${listFigures(job, story).map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function listFigures(job: JobStatus, { waitedMs, ranMs, betweenMs, spanMs }: Story): Figure[] {
  const { status, created_at: createdAt, started_at: startedAt } = job;
  const figures: (Figure | undefined)[] = [
    waitedMs === undefined ? undefined : ["Waited", formatMs(waitedMs)],
    ranMs === undefined || status === "working" ? undefined : ["Ran", formatMs(ranMs)],
    status === "working" ? ["Started", renderTime(startedAt)] : undefined,
    betweenMs === undefined ? undefined : ["Between attempts", formatMs(betweenMs)],
    status === "succeeded" || status === "failed"
      ? ["In all", formatMs(spanMs)]
      : ["Submitted", renderTime(createdAt)],
    ["Attempts", `${countBegun(job)} of at most ${job.max_attempts}`],
  ];
  return figures.filter((figure) => figure !== undefined);
}

/** Attempts, the one that runs included. */
function countBegun({ status, attempts }: JobStatus): number {
  return status === "working" ? attempts + 1 : attempts;
}
