import { escapeControls } from "../../service/lines.ts";
import type { SomeJob } from "../../client/job.ts";

/** Where a program writes; a terminal has a width. */
export type Output = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

export interface ProgressLine {
  show(job: SomeJob): void;
  /** Takes it away until it is due again, for a line that comes in between. */
  hide(): void;
  close(): void;
}

const barWidth = 20;
const tickMs = 1_000;
/** Of a terminal that does not say, or says 0. */
const usualColumns = 80;

/** How a job stands and since when, on a terminal's last line; elsewhere nothing. */
export function openProgressLine(output: Output): ProgressLine {
  if (!output.isTTY) return { show() {}, hide() {}, close() {} };
  let shown: SomeJob | undefined;
  let since = performance.now();
  const draw = () => {
    if (shown === undefined) return;
    const seconds = Math.floor((performance.now() - since) / 1_000);
    const line = `${describeProgress(shown)}  ${seconds} s`;
    output.write(`\r\u001b[2K${line.slice(0, (output.columns || usualColumns) - 1)}`);
  };
  const hide = () => {
    if (shown !== undefined) output.write("\r\u001b[2K");
  };
  const timer = setInterval(draw, tickMs);
  return {
    show(job) {
      if (job.status !== shown?.status) since = performance.now();
      shown = job;
      draw();
    },
    hide,
    close() {
      clearInterval(timer);
      hide();
      shown = undefined;
    },
  };
}

/** How a job stands, in a line. */
export function describeProgress(job: SomeJob): string {
  if (job.status === "waiting") return escapeControls(`waiting${describeWaiting(job)}`);
  if (job.status !== "working" || job.progress === undefined) return job.status;
  const { fraction, text = "" } = job.progress;
  const part = Math.min(1, Math.max(0, fraction));
  const done = Math.round(part * barWidth);
  const bar = `${"#".repeat(done)}${"-".repeat(barWidth - done)}`;
  return escapeControls(`working [${bar}] ${Math.floor(part * 100)} % ${text}`.trimEnd());
}

function describeWaiting({ waiting }: Extract<SomeJob, { status: "waiting" }>): string {
  if (waiting === undefined) return "";
  const { reason, ahead, ahead_is_lower_bound: isLeast, retry_at: at } = waiting;
  const parts = [
    reason.replaceAll("_", " "),
    ...(ahead === undefined ? [] : [`${ahead}${isLeast === true ? " or more" : ""} ahead`]),
    ...(at === undefined ? [] : [`until ${at}`]),
  ];
  return `: ${parts.join(", ")}`;
}
