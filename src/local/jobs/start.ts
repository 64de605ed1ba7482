import type { StartOptions } from "../../client/client.ts";
import type { Options } from "./command.ts";
import { UsageError } from "./exit-codes.ts";

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What the parts of a submission are called here, by their JSON pointers. */
export const startOptions: Readonly<Record<string, string>> = {
  "/runAt": "--at",
  "/delayMs": "--in",
};

/** When a job is to start, by `--at` or `--in`; how far ahead it may be, the server says. */
export function readStart({ at, in: after }: Pick<Options, "at" | "in">): StartOptions {
  if (at !== undefined && after !== undefined) {
    throw new UsageError("got both --at and --in, expected one of them");
  }
  if (at !== undefined) return { runAt: at };
  return after === undefined ? {} : { delayMs: readDuration(after) };
}

function readDuration(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return Number(digits) * ms;
  throw new UsageError(`--in: expected a duration like 90s, 10m, 2h or 7d, got "${text}"`);
}
