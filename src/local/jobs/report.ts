import type { SomeJob } from "../../client/job.ts";
import { escapeControls } from "../../service/lines.ts";
import { describeProgress } from "./terminal.ts";

/** How a job stands, in lines. */
export function describeJob(job: SomeJob, url: string): string[] {
  const { id, task, queue, input, attempts, max_attempts: most, created_at: created, links } = job;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["id", id],
    ["task", task],
    ["queue", queue],
    ["status", describeProgress(job)],
    ["result", job.status === "succeeded" ? JSON.stringify(job.result) : undefined],
    ["error_type", job.status === "failed" ? job.error_type : undefined],
    ["error", job.status === "failed" ? job.error : undefined],
    ["record_error", job.record_error],
    ["input", JSON.stringify(input)],
    ["attempts", `${attempts} of ${most}`],
    ["schedule", job.schedule?.key],
    ["due", job.schedule?.slot],
    ["created", created],
    ["started", job.started_at],
    ["finished", "finished_at" in job ? job.finished_at : undefined],
    ["page", `${url}${links.page}`],
  ];
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...told.map(([name]) => name.length));
  return told.map(([name, value]) => escapeControls(`${name.padEnd(width)}  ${value}`));
}

/** What a job came to: a text as it is, anything else as JSON. */
export function describeResult(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result);
}
