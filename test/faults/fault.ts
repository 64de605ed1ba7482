import { expect, test } from "vitest";
import type { FaultId } from "./plan.ts";

/** One line of the table: what was promised, and what came out. */
export interface Finding {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What a fault leaves behind for the table. */
export interface FaultReport {
  readonly id: string;
  readonly name: string;
  readonly findings: readonly Finding[];
}

declare module "vitest" {
  interface TaskMeta {
    fault?: FaultReport;
  }
}

export interface Measure {
  /** The value may be as large as the goal; both in `unit`, which is "" for a count. */
  atMost(what: string, goal: number, value: number, unit?: Unit): void;
  atLeast(what: string, goal: number, value: number, unit?: Unit): void;
  exactly(what: string, wanted: number, value: number): void;
}

type Unit = "" | "s" | "ms" | "B" | "MB" | "/s";

interface FaultSpec<Size> {
  /** Its number in the plan. */
  readonly id: FaultId;
  /** What breaks, in a few words: the row's title. */
  readonly name: string;
  /** Why it cannot be made on this machine: it is skipped then. */
  readonly obstacle?: string | undefined;
  /** How large it is in `npm test`, where it has some seconds. */
  readonly short: Size & Deadline;
  /** How large it is in `npm run test:faults`. */
  readonly full: Size & Deadline;
}

interface Deadline {
  readonly timeoutMs: number;
}

const isFull = process.env["FAULTS"] === "full";

/**
 * Goals are for a machine of one's own, as `npm run test:faults` has it. Under `npm test` others use
 * the processors too, so there a time may be three times as long, and a rate a third.
 */
const patience = isFull ? 1 : 3;

/**
 * A test that breaks something under real processes and compares what it measures with the goals.
 * It fails if a goal is missed, and if nothing was measured; the table shows it either way.
 */
export function fault<Size>(
  { id, name, obstacle, short, full }: FaultSpec<Size>,
  run: (size: Size, measure: Measure) => Promise<void>,
): void {
  const size = isFull ? full : short;
  const why = obstacle === undefined ? "" : ` (${obstacle})`;
  test.skipIf(obstacle)(`${id}: ${name}${why}`, { timeout: size.timeoutMs }, async ({ task }) => {
    const findings: Finding[] = [];
    task.meta.fault = { id, name, findings };
    const add = (what: string, goal: string, value: number, unit: Unit, met: boolean) => {
      findings.push({ what, goal, measured: withUnit(value, unit), met });
    };
    await run(size, {
      atMost(what, goal, value, unit = "") {
        const limit = unit === "s" || unit === "ms" ? goal * patience : goal;
        add(what, `≤ ${withUnit(limit, unit)}`, value, unit, value <= limit);
      },
      atLeast(what, goal, value, unit = "") {
        const limit = unit === "/s" ? goal / patience : goal;
        add(what, `≥ ${withUnit(limit, unit)}`, value, unit, value >= limit);
      },
      exactly: (what, wanted, value) => add(what, String(wanted), value, "", value === wanted),
    });
    expect(findings, "nothing was measured").not.toEqual([]);
    expect(findings.filter(({ met }) => !met)).toEqual([]);
  });
}

/** The number as people write it: three significant digits, or all of a whole one. */
function withUnit(value: number, unit: Unit): string {
  const digits = Number.isInteger(value) ? value : Number(value.toPrecision(3));
  return `${digits.toLocaleString("en")}${unit === "" || unit === "/s" ? unit : ` ${unit}`}`;
}
