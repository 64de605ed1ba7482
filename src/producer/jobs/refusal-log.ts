import type { UnavailableKind } from "../../contract/failures.ts";
import { logFields } from "../../contract/telemetry.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { UnavailableError } from "../http/errors.ts";

/** An outage refuses thousands of submissions a second, all for one reason. */
const secondMs = 1_000;

/** A submission that the broker cannot take now, as the log tells of it. */
export interface Refusal {
  readonly error: UnavailableError;
  readonly task: string;
  /** The ids of its trace, as log fields. */
  readonly trail: Readonly<Record<string, string>>;
}

export interface RefusalLog {
  note(refusal: Refusal): void;
  /** Writes at once what is still to be told. */
  flush(): void;
}

interface Second {
  refused: number;
  last: Refusal;
  readonly timer: NodeJS.Timeout;
}

/**
 * Writes the first refusal of a kind at once, and what follows once a second with its count, the
 * last one standing for all. Without a stack, which would say the same each time.
 */
export function openRefusalLog(log: Log): RefusalLog {
  const seconds = new Map<UnavailableKind, Second>();
  const write = ({ error, task, trail }: Refusal, refused: number) =>
    log.warn(
      {
        ...trail,
        [logFields.task]: task,
        [logFields.errorType]: error.kind,
        [logFields.refused]: refused,
        problem: error.cause instanceof Error ? error.cause.message : undefined,
        ...lineOf("job_not_queued"),
      },
      error.kind === "unknown" ? "job may have been queued" : "job not queued",
    );
  const tell = (kind: UnavailableKind, { refused, last, timer }: Second) => {
    clearTimeout(timer);
    seconds.delete(kind);
    if (refused > 0) write(last, refused);
  };
  const begin = (kind: UnavailableKind, last: Refusal) => {
    const second: Second = {
      refused: 0,
      last,
      timer: setTimeout(() => {
        tell(kind, second);
        if (second.refused > 0) begin(kind, second.last);
      }, secondMs).unref(),
    };
    seconds.set(kind, second);
  };
  return {
    note(refusal) {
      const { kind } = refusal.error;
      const second = seconds.get(kind);
      if (second === undefined) {
        write(refusal, 1);
        begin(kind, refusal);
        return;
      }
      second.refused += 1;
      second.last = refusal;
    },
    flush() {
      for (const [kind, second] of seconds) tell(kind, second);
    },
  };
}
