import type { Ledger } from "./ledger.ts";

/** One line on how the demo stands. */
export function formatProgress(seconds: number, ledger: Ledger, note: string): string {
  const { waiting, working, succeeded, failed } = ledger.counts;
  const numbers = Object.entries({ waiting, working, succeeded, failed }).map(
    ([name, count]) => `${name} ${String(count).padStart(4)}`,
  );
  return [formatClock(seconds), ...numbers, note].join("   ").trimEnd();
}

/** What became of everything, line by line. */
export function createSummary(ledger: Ledger): string[] {
  const { waiting, working, succeeded, failed, lost } = ledger.counts;
  const submitted = waiting + working + succeeded + failed + lost;
  const classes = Object.entries(ledger.failures).map(([name, count]) => `${name} ${count}`);
  return [
    "",
    row("submitted", submitted, `${ledger.refused} more were refused as invalid input`),
    row("succeeded", succeeded),
    row("failed", failed, classes.toSorted().join(", ")),
    row("still queued", waiting + working),
    row("lost", lost, ledger.lost.join(", ")),
    ...(ledger.unanswered === 0 ? [] : [row("unanswered", ledger.unanswered)]),
    "",
  ];
}

function row(name: string, count: number, detail = ""): string {
  return `${name.padEnd(12)} ${String(count).padStart(5)}   ${detail}`.trimEnd();
}

function formatClock(seconds: number): string {
  const parts = [Math.floor(seconds / 60), seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
