import { html } from "hono/html";
import type { JobStatus } from "../jobs/job-status.ts";
import { type Markup, renderExactTime } from "./layout.ts";
import { renderText } from "./shown-text.ts";

/** How a job's callback stands, in words that follow its host. */
export function tellCallback(callback: NonNullable<JobStatus["callback"]>): Markup | string {
  const { state, tries, error, last_try_at: lastAt, next_try_at: nextAt } = callback;
  const times = tries === 1 ? "once" : `${tries} times`;
  switch (state) {
    case "pending":
      return "is told once the job has ended";
    case "delivered":
      return html`was told ${renderExactTime(lastAt)}${tries > 1 && `, at try ${tries}`}`;
    case "retrying":
      return html`was tried ${times}: ${renderText(error ?? "")}. The next try is
      ${renderExactTime(nextAt)}.`;
    case "given_up":
      return html`was tried ${times}, then given up: ${renderText(error ?? "")}.`;
  }
}
