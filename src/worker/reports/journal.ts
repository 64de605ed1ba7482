import type { StoredLine } from "../../queue/job-log.ts";
import { formatLine } from "../../queue/job-log.ts";
import { reportLimits } from "../../contract/job-reports.ts";
import type { Progress } from "../../task/job-reports.ts";

/** Time between two writes: people see no more, and a task may tell as often as it likes. */
const everyMs = 250;

/** What is to be written next. */
export interface Batch {
  readonly progress: Progress | undefined;
  /** The last lines, as the log keeps them. */
  readonly lines: readonly string[];
  /** How many lines there were, with those that the log would not keep. */
  readonly count: number;
}

/** Collects what a task tells, so that little is written however much that is. */
export interface Journal {
  progress(progress: Progress): void;
  log(lines: readonly StoredLine[], skipped: number): void;
  /** Has the rest written, before whatever is written next: nobody waits for it. */
  close(): void;
}

/**
 * Writes the first time a moment after something was told, and then no more often. While a write is
 * under way, as while Redis is away, there is one more at most.
 */
export function openJournal(
  write: (batch: Batch) => Promise<void>,
  onLost: (error: unknown) => void,
): Journal {
  let progress: Progress | undefined;
  let lines: string[] = [];
  let bytes = 0;
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = false;
  let lost = false;

  const isEmpty = () => progress === undefined && count === 0;
  const writeRest = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = { progress, lines, count };
    progress = undefined;
    lines = [];
    bytes = 0;
    count = 0;
    writing = true;
    try {
      await write(batch);
    } catch (error) {
      if (!lost) onLost(error);
      lost = true;
    }
    writing = false;
    if (!isEmpty()) schedule();
  };
  const schedule = () => {
    if (!writing) timer ??= setTimeout(() => void writeRest(), everyMs);
  };
  return {
    progress(latest) {
      progress = latest;
      schedule();
    },
    log(added, skipped) {
      count += added.length + skipped;
      for (const line of added) {
        const text = formatLine(line);
        lines.push(text);
        bytes += Buffer.byteLength(text);
        while (lines.length > reportLimits.lines || bytes > reportLimits.bytes) {
          bytes -= Buffer.byteLength(lines.shift() ?? "");
        }
      }
      schedule();
    },
    close() {
      if (isEmpty()) clearTimeout(timer);
      else void writeRest();
    },
  };
}
