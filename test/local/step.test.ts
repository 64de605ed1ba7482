import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runStep } from "../../src/local/install/step.js";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

/** Ignores SIGTERM, as npm does in the middle of its work, and so does what it starts. */
const stubborn = `trap "" TERM; sleep 60 & echo "$$ $!" > "$1"; echo "half done"; wait; sleep 60`;

test("kills a command that goes on after its deadline, with what it has started", async () => {
  const pids = join(createTemporaryFolder(), "pids");
  let progress = "";
  const step = runStep(
    {
      title: "installing",
      command: ["sh", "-c", stubborn, "sh", pids],
      env: process.env,
      deadlineMs: 1_000,
      graceMs: 500,
      progressEveryMs: 300,
    },
    { write: (written) => (progress += written) },
  );
  await expect(step).rejects.toThrow(
    / took longer than 1 s; run it again: what was fetched is kept\nhalf done$/,
  );
  expect(progress).toMatch(/^installing … (not done after \d+ s\ninstalling … )+failed\n$/);
  const started = readFileSync(pids, "utf8").trim().split(" ").map(Number);
  await until("all to be gone", () => started.filter(isRunning).length === 0);
});

test("shows a terminal the time that a command has taken so far", async () => {
  let progress = "";
  await runStep(
    {
      title: "installing",
      command: ["sleep", "1"],
      env: process.env,
      deadlineMs: 30_000,
      progressEveryMs: 300,
    },
    { write: (written) => (progress += written), isTerminal: true },
  );
  expect(progress).toMatch(/^installing … (\d+ s\rinstalling … )+\d+ s\n$/);
});

/** A zombie whose parent has not taken notice yet has ended. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
