import { createHash } from "node:crypto";
import type { FailureClass } from "../../contract/failures.ts";

/** What is told of a failure, for others like it to be found. */
export interface Failure {
  readonly task: string;
  readonly failureClass: FailureClass;
  readonly reason: string;
  /** The stacks of its attempts as Redis keeps them, or the end of that text. */
  readonly stacks: string | undefined;
}

/** Characters of a message that tell it from others. */
const longest = 200;
/** Frames of a stack that do so: deeper ones are mostly those of the same caller. */
const framesCounted = 3;
const digits = 12;

/** What differs from job to job in one message, and what it is replaced by, in order. */
const masks: readonly (readonly [RegExp, string])[] = [
  [/"(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|“[^”]*”/g, '"…"'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "#"],
  // Ids of ours, and what looks like one: letters and digits in one word.
  [/\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{20,}\b/gi, "#"],
  [/\b(?:0x[0-9a-f]+|(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,})\b/gi, "#"],
  [/[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?/gi, "#"],
];

/** A message with `#` and `"…"` for numbers, ids and quoted values, so that failures alike have the same. */
export function maskMessage(reason: string): string {
  const start = reason
    .slice(0, 2 * longest)
    .replace(/\s+/g, " ")
    .trim();
  const masked = masks.reduce((text, [pattern, mask]) => text.replace(pattern, mask), start);
  return masked.length > longest ? `${masked.slice(0, longest - 1)}…` : masked;
}

/**
 * What tells a kind of failure from others: its task, class and masked message, and where it was
 * thrown, without line numbers, packages and Node.js itself, so that it outlives a release.
 */
export function fingerprintOf(failure: Failure): string {
  const { task, failureClass, reason, stacks } = failure;
  const parts = [task, failureClass, maskMessage(reason), ...framesOf(stacks ?? "")];
  return hashOf(parts);
}

/** That of all failures of a task and a class, where there are too many kinds of them. */
export function coarseFingerprintOf({ task, failureClass }: Failure): string {
  return hashOf([task, failureClass]);
}

function hashOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}

/** Of the last stack: each frame as its function and file, such as `run divide.ts`. */
function framesOf(stacks: string): string[] {
  const last = stacks.slice(stacks.lastIndexOf('","') + 1);
  return last
    .split(String.raw`\n    at `)
    .slice(1)
    .flatMap((frame) => {
      const [line = ""] = frame.split(/\\n|"/, 1);
      const [, name = "", place = ""] =
        /^(?:(?:async )?(.*?) \()?([^()]*?)(?::\d+)?(?::\d+)?\)?$/.exec(line) ?? [];
      const isOwn = !/^node:|node_modules|^native$|^<anonymous>$|^$/.test(place);
      return isOwn ? [`${name} ${place.split(/[/\\]/).at(-1)}`] : [];
    })
    .slice(0, framesCounted);
}
