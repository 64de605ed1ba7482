import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { endShare, takeShare } from "../../../queue/bulk-leases.ts";
import { listOpenBulks, readBulk } from "../../../queue/bulk-records.ts";
import type { Log } from "../../../telemetry/log.ts";
import { UnavailableError } from "../../http/errors.ts";
import { type Desk, type Desks, firstDesk } from "../../jobs/desk.ts";
import { actOnAll } from "./bulk-work.ts";

/** Between two looks for runs, which may be those of a producer that was killed. */
const lookEveryMs = 2_000;
/** For each ms that a share took, so many pass without one: submissions come first. */
const restRatio = 3;
const leastRestMs = 10;

export interface BulkRunnerDeps {
  readonly desks: Desks;
  readonly log: Log;
}

export interface BulkRunner {
  /** Looks for runs now. */
  wake(): void;
  close(): void;
}

/**
 * Works off what operators have ordered for many jobs, whichever producer took the order: each run by
 * one producer at a time, and on by another one where that dies.
 */
export function startBulkRunner({ desks, log }: BulkRunnerDeps): BulkRunner {
  const owner = randomUUID();
  const closing = new AbortController();
  const home: Desk["ask"] = (call) => firstDesk(desks).ask(call);
  const work = async (id: string) => {
    const run = await home((queue, redis) => readBulk(queue, redis, id));
    while (!closing.signal.aborted) {
      const startedAt = performance.now();
      const share = await home((queue, redis) => takeShare(queue, redis, { id, owner }));
      if (share.kind !== "jobs" || run === undefined) return;
      const { from, jobs } = share;
      const end = await actOnAll(desks, run, jobs);
      const kept = await home((queue, redis) =>
        endShare(queue, redis, { id, owner }, { from, jobs: jobs.length, end }),
      );
      if (!kept) return;
      const tookMs = performance.now() - startedAt;
      await sleep(Math.max(leastRestMs, restRatio * tookMs), undefined, { signal: closing.signal });
    }
  };
  let turn: Promise<void> | undefined;
  const look = () => {
    turn ??= (async () => {
      for (const id of await home(listOpenBulks)) await work(id);
    })()
      .catch((error: unknown) => {
        if (closing.signal.aborted || error instanceof UnavailableError) return;
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
