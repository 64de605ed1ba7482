import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { endShare, takeShare } from "../../../queue/bulk-leases.ts";
import { listOpenBulks, readBulk } from "../../../queue/bulk-records.ts";
import type { Log } from "../../../telemetry/log.ts";
import { UnavailableError } from "../../http/errors.ts";
import { lineOf } from "../../../telemetry/line-limits.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import { actOnAll } from "./bulk-work.ts";

/** Between two looks for runs, which may be those of a producer that was killed. */
const lookEveryMs = 2_000;
/** For each ms that a share took, so many pass without one: submissions come first. */
const restRatio = 3;
const leastRestMs = 10;

export interface BulkRunnerDeps {
  readonly desks: Desks;
  /** Whether operators can only look: what they have ordered before waits. */
  readonly readOnly: boolean;
  readonly log: Log;
}

export interface BulkRunner {
  /** Looks for runs now. */
  wake(): void;
  close(): void;
}

/**
 * Works off what operators have ordered for many jobs, whichever producer took the order: each run by
 * one producer at a time, and on by another one where that dies. Runs take turns, so that none waits
 * for the end of another one, or fails with it.
 */
export function startBulkRunner({ desks, readOnly, log }: BulkRunnerDeps): BulkRunner {
  if (readOnly) return { wake: () => undefined, close: () => undefined };
  const owner = randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  const told = new Set<string>();
  const home: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  /** Deals with the next share of a run; returns whether there was one. */
  const work = async (id: string): Promise<boolean> => {
    const run = await home((queue, redis) => readBulk(queue, redis, id));
    const share = await home((queue, redis) => takeShare(queue, redis, { id, owner }));
    if (share.kind !== "jobs" || run === undefined) return false;
    const { from, jobs } = share;
    const end = await actOnAll(desks, run, jobs);
    return home((queue, redis) =>
      endShare(queue, redis, { id, owner }, { from, jobs: jobs.length, end }),
    );
  };
  /** The same, and false where it fails: the next look tries again. */
  const tryToWork = async (id: string): Promise<boolean> => {
    try {
      return await work(id);
    } catch (error) {
      if (!(error instanceof UnavailableError) && !signal.aborted && !told.has(id)) {
        told.add(id);
        log.error(
          { err: error, run: id, ...lineOf("board_failed") },
          "cannot go on with an action on many jobs",
        );
      }
      return false;
    }
  };
  const workAll = async () => {
    for (let isMore = true; isMore && !signal.aborted;) {
      isMore = false;
      for (const id of await home(listOpenBulks)) {
        if (signal.aborted) return;
        const startedAt = performance.now();
        if (!(await tryToWork(id))) continue;
        isMore = true;
        const tookMs = performance.now() - startedAt;
        await sleep(Math.max(leastRestMs, restRatio * tookMs), undefined, { signal });
      }
    }
  };
  let turn: Promise<void> | undefined;
  const look = () => {
    turn ??= workAll()
      .catch((error: unknown) => {
        if (signal.aborted || error instanceof UnavailableError) return;
        log.error({ err: error }, "cannot act on many jobs");
      })
      .finally(() => {
        turn = undefined;
      });
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    wake: look,
    close() {
      clearInterval(timer);
      closing.abort();
    },
  };
}
