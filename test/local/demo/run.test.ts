import { expect, test } from "vitest";
import type { Control } from "../../../src/local/demo/control.ts";
import { createLedger } from "../../../src/local/demo/ledger.ts";
import type { PlannedSecond } from "../../../src/local/demo/plan.ts";
import { runDemo } from "../../../src/local/demo/run.ts";

const pause: PlannedSecond = { submissions: [], acts: ["pause"], note: "" };

async function runWith(control: Partial<Control>): Promise<string[]> {
  const calls: string[] = [];
  const running = runDemo(
    {
      server: { url: "http://127.0.0.1:1", fetch, hasToken: false },
      control: {
        isPaused: async () => false,
        pause: async () => void calls.push("pause"),
        resume: async () => void calls.push("resume"),
        restartWorker: () => undefined,
        close: () => undefined,
        ...control,
      },
      ledger: createLedger(),
      print: () => undefined,
      signal: AbortSignal.timeout(10_000),
    },
    [pause],
  );
  await running.catch((error: Error) => calls.push(error.message));
  return calls;
}

test("resumes a queue whose pause was asked for and not answered", async () => {
  expect(await runWith({ pause: () => Promise.reject(new Error("no answer")) })).toEqual([
    "resume",
    "no answer",
  ]);
});

test("leaves a queue that was paused already as it is", async () => {
  expect(await runWith({})).toEqual(["pause", "resume"]);
  expect(await runWith({ isPaused: async () => true })).toEqual([]);
});
