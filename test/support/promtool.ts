import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What promtool says of a file with this content: its output and exit code. */
export function promtool(
  command: readonly string[],
  content: string,
): { readonly output: string; readonly status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), "tripod-promtool-"));
  try {
    const file = join(folder, "input.yaml");
    writeFileSync(file, content);
    const { stdout, stderr, status } = spawnSync("promtool", [...command, file], {
      encoding: "utf8",
    });
    return { output: `${stdout}${stderr}`, status };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
