import { type LineKind, lineLimits, type lineOutcomes } from "../contract/log-lines.ts";
import { logFields } from "../contract/telemetry.ts";
import {
  type FailureClass,
  failureClasses,
  type UnavailableKind,
  unavailableKinds,
} from "../contract/failures.ts";

const windowMs = 60_000;

/** Fields that make a line one of this kind. */
export function lineOf(kind: Exclude<LineKind, "other">): { readonly [logFields.line]: LineKind } {
  return { [logFields.line]: kind };
}

/** What a line is counted with: its kind, and its class of failure or of refusal if it has one. */
export interface LineClass {
  readonly [logFields.line]: LineKind;
  readonly [logFields.errorType]?: FailureClass | UnavailableKind;
}

const errorTypes: readonly unknown[] = [...Object.keys(failureClasses), ...unavailableKinds];

/** Told for each line. */
export type CountLine = (kind: LineKind, outcome: (typeof lineOutcomes)[number]) => void;

export interface LineLimits {
  /**
   * Whether a line with these fields may be written. `summarize` is called when its minute is over,
   * if any like it were held back.
   */
  admit(fields: unknown, summarize: (like: LineClass, heldBack: number) => void): boolean;
  /** Tells at once what is still held back. */
  flush(): void;
}

interface Minute {
  lines: number;
  readonly timer: NodeJS.Timeout;
  end(): void;
}

/** Counts in minutes that begin with a line, so that a quiet log costs nothing. */
export function openLineLimits(count: CountLine = () => undefined): LineLimits {
  const minutes = new Map<string, Minute>();
  return {
    admit(fields, summarize) {
      const like = classify(fields);
      const kind = like[logFields.line];
      const key = `${kind} ${like[logFields.errorType] ?? ""}`;
      let minute = minutes.get(key);
      if (minute === undefined) {
        const begun: Minute = {
          lines: 0,
          timer: setTimeout(() => begun.end(), windowMs).unref(),
          end() {
            clearTimeout(begun.timer);
            minutes.delete(key);
            const heldBack = begun.lines - lineLimits[kind];
            if (heldBack > 0) summarize(like, heldBack);
          },
        };
        minute = begun;
        minutes.set(key, minute);
      }
      minute.lines += 1;
      const admitted = minute.lines <= lineLimits[kind];
      count(kind, admitted ? "written" : "held_back");
      return admitted;
    },
    flush() {
      for (const minute of minutes.values()) minute.end();
    },
  };
}

/** Of closed lists alone, as there is a count in memory for each. */
function classify(fields: unknown): LineClass {
  const { [logFields.line]: kind, [logFields.errorType]: errorType } =
    typeof fields === "object" && fields !== null
      ? (fields as Readonly<Record<string, unknown>>)
      : {};
  return {
    [logFields.line]: isKeyOf(lineLimits, kind) ? kind : "other",
    ...(isErrorType(errorType) && { [logFields.errorType]: errorType }),
  };
}

function isKeyOf<T extends object>(list: T, key: unknown): key is keyof T & string {
  return typeof key === "string" && Object.hasOwn(list, key);
}

function isErrorType(value: unknown): value is FailureClass | UnavailableKind {
  return errorTypes.includes(value);
}
