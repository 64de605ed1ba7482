import { onTestFinished } from "vitest";

const everyMs = 5_000;

/** Says every few seconds of a full run what a long fault is doing, so that nobody takes it for hung. */
export function tellProgress(id: string, say: () => string): void {
  if (process.env["FAULTS"] !== "full") return;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stdout.write(`  ${id} ${seconds} s: ${say()}\n`);
  }, everyMs);
  onTestFinished(() => clearInterval(timer));
}
