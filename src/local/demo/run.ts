import { setTimeout as sleep } from "node:timers/promises";
import { type DemoServer, readStanding, submit } from "./client.ts";
import type { Control } from "./control.ts";
import type { Ledger } from "./ledger.ts";
import type { Act, PlannedSecond } from "./plan.ts";
import { formatProgress } from "./report.ts";
import type { Submission } from "./submissions.ts";

/** Time for the jobs to end once nothing more is submitted. */
const drainSeconds = 60;
const asked = 8;

export interface DemoDeps {
  readonly server: DemoServer;
  /** `undefined` where nothing may be paused or restarted. */
  readonly control: Control | undefined;
  readonly ledger: Ledger;
  readonly print: (line: string) => void;
  /** Ends the demo early. */
  readonly signal: AbortSignal;
}

/** Does what was planned, second by second, and then waits until the jobs have ended. */
export async function runDemo(deps: DemoDeps, plan: readonly PlannedSecond[]): Promise<void> {
  const { server, control, ledger, print, signal } = deps;
  const startedAt = performance.now();
  const pending = new Set<Promise<void>>();
  let paused = false;
  /** Why a job could not be submitted, where trying again is no use. */
  let refusal: unknown;

  const send = async (submission: Submission) => {
    ledger.submit();
    const answer = await submit(server, submission, signal);
    if (answer === "refused") ledger.refuse();
    else ledger.take(answer);
  };
  const pause = async (from: Control) => {
    // Whoever has paused it resumes it.
    if (await from.isPaused()) return;
    // Before the answer, which may not come.
    paused = true;
    await from.pause();
  };
  const perform = async (act: Act) => {
    if (act === "restart the worker") control?.restartWorker();
    if (act === "pause" && control !== undefined) await pause(control);
    if (act === "resume" && paused) await control?.resume();
    if (act === "resume") paused = false;
  };
  const endSecond = async (second: number, note: string) => {
    if (refusal !== undefined) throw refusal;
    await refresh(deps);
    print(formatProgress(second, ledger, note));
    const restMs = startedAt + (second + 1) * 1_000 - performance.now();
    await sleep(Math.max(0, restMs), undefined, { signal });
  };

  try {
    for (const [second, { submissions, acts, note }] of plan.entries()) {
      for (const submission of submissions) {
        const sent = send(submission).catch((error: unknown) => {
          refusal ??= error;
        });
        pending.add(sent);
        void sent.then(() => pending.delete(sent));
      }
      for (const act of acts) await perform(act);
      await endSecond(second, acts.length > 0 && control === undefined ? "" : note);
    }
    if (paused) await perform("resume");
    const lastSecond = plan.length + drainSeconds;
    for (let second = plan.length; second < lastSecond; second += 1) {
      if (pending.size === 0 && ledger.open().length === 0) break;
      await endSecond(second, "waiting for the jobs to end");
    }
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    ignoreAbort(error);
  } finally {
    if (paused) await control?.resume();
  }
}

/** Asks how every job stands that has not ended as far as is known. */
export async function refresh({ server, ledger, signal }: DemoDeps): Promise<void> {
  const ids = ledger.open();
  const ask = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const standing = await readStanding(server, id, signal);
      if (standing !== undefined) ledger.settle(id, standing);
    }
  };
  await Promise.all(Array.from({ length: asked }, ask));
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== "AbortError") throw error;
}
