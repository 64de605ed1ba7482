import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is deleted with all that is in it when the test is over. */
export function createTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tripod-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
