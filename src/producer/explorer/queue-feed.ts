import type { Redis } from "ioredis";
import {
  type EventMark,
  followEvents,
  type QueueCounts,
  type QueueKeys,
  readEventMark,
} from "../../queue/job-events.ts";
import { beginList, type ScanCursor, scanJobs, scannedLists } from "../../queue/job-scan.ts";
import { readMissing } from "../../queue/missing-jobs.ts";
import type { JobTable } from "./job-table.ts";
import type { Upkeep } from "./upkeep.ts";

/** Time between two comparisons of what is counted here and there. */
const auditMs = 2_000;
/** Between the beginnings of two scans that nothing but differences have called for. */
const rescanMs = 30_000;
/** Events of one turn: as many as come in a second at full speed, so that queues take turns. */
const mostChunks = 25;
/** Jobs looked for in one step. */
const mostVerified = 500;

/** What the table is fed by, of one queue. */
export interface QueueFeed {
  readonly name: string;
  /** Jobs read by the scan that runs, and those there were when it began. */
  readonly scan: { readonly read: number; readonly total: number } | undefined;
  /** Unix time in ms at which the oldest job of those in Redis ended, as far as it is known. */
  readonly oldestEnd: number | undefined;
  /** Whether a scan runs, or it looks for jobs that are gone. */
  readonly isWorking: boolean;
  /** Follows what has happened, and goes on with its work by one step. */
  turn(nowMs: number): Promise<{ readonly isMore: boolean }>;
}

export interface FeedDeps {
  readonly redis: Redis;
  readonly keys: QueueKeys;
  readonly table: JobTable;
  readonly upkeep: Upkeep;
  /** Told when events were missed, and when a scan has ended. */
  readonly onGap: (queue: string) => void;
  readonly onScanned: (queue: string, jobs: number) => void;
}

interface Scan {
  readonly cursors: ScanCursor[];
  read: number;
  total: number;
}

/**
 * Follows a queue's events, and scans its lists first and whenever events were missed. All that is
 * asked of Redis is asked one after the other, so that what is noted last is what happened last.
 */
export function createQueueFeed(deps: FeedDeps): QueueFeed {
  const { redis, keys, table, upkeep, onGap, onScanned } = deps;
  let mark: EventMark | undefined;
  let round = 1;
  let scan: Scan | undefined;
  let scansFrom = 0;
  let isScanDue = true;
  let auditedAt = Number.NEGATIVE_INFINITY;
  // Differences that a scan did not explain: of jobs that have no record.
  let afterScan: string | undefined;
  let accepted: string | undefined;
  let isFresh = false;
  // Slots that are still to be looked at for jobs that are gone, and the next of them.
  let unverified = 0;
  let missing = 0;
  let nextSlot = 0;
  let oldestEnd: number | undefined;

  const beginScan = (nowMs: number) => {
    round = (round % 255) + 1;
    scan = { cursors: scannedLists.map(beginList), read: 0, total: 0 };
    scansFrom = nowMs;
    isScanDue = false;
  };
  const follow = async (nowMs: number): Promise<boolean> => {
    mark ??= await readEventMark(redis, keys);
    const isAuditDue = nowMs - auditedAt >= auditMs;
    for (let chunk = 0; chunk < mostChunks; chunk += 1) {
      const countFromMs = isAuditDue ? (upkeep.omittedBefore ?? 0) : undefined;
      const found = await followEvents(redis, keys, mark, { countFromMs });
      if (found.isGap) {
        onGap(keys.name);
        mark = await readEventMark(redis, keys);
        isScanDue = true;
        // What is scanned already has missed it.
        scan = undefined;
        return false;
      }
      mark = found.mark;
      for (const job of found.jobs) {
        if (job.state === "gone") table.remove(keys.name, job.id);
        else upkeep.note(keys.name, job, round);
      }
      if (found.counts !== undefined) {
        auditedAt = nowMs;
        await audit(found.counts, nowMs);
      }
      if (!found.isMore) return false;
    }
    return true;
  };
  const goOn = async (running: Scan) => {
    const [cursor] = running.cursors;
    if (cursor === undefined) {
      upkeep.removeUnseen(keys.name, round);
      scan = undefined;
      isFresh = true;
      auditedAt = Number.NEGATIVE_INFINITY;
      onScanned(keys.name, running.read);
      return;
    }
    const { jobs, read, next } = await scanJobs(redis, keys, cursor);
    running.read += read;
    for (const facts of jobs) upkeep.note(keys.name, facts, round);
    const oldest = jobs.at(-1)?.endedAt;
    // The list goes on with what has ended before.
    const isOmitted = oldest !== undefined && oldest < (upkeep.omittedBefore ?? 0);
    if (next === undefined || isOmitted) running.cursors.shift();
    else running.cursors[0] = next;
  };
  /** Jobs that were removed are in no event, where many of them were, or a script of ours did it. */
  const audit = async (counts: QueueCounts, nowMs: number) => {
    if (scan !== undefined) {
      const { waiting, active, delayed, completed, failed } = counts;
      scan.total = waiting + active + delayed + completed + failed;
      return;
    }
    for (const [state, oldest] of [
      ["succeeded", counts.oldestCompleted],
      ["failed", counts.oldestFailed],
    ] as const) {
      upkeep.removeEndedBefore(keys.name, state, oldest ?? Number.POSITIVE_INFINITY);
    }
    oldestEnd = least(counts.oldestCompleted, counts.oldestFailed);
    const here = upkeep.count(keys.name);
    const differences = {
      waiting: here.waiting - counts.waiting,
      active: here.working - counts.active,
      delayed: here.retrying + here.scheduled - counts.delayed,
      completed: here.succeeded - counts.completed,
      failed: here.failed - counts.failed,
    };
    const { completed, failed, ...unended } = differences;
    missing = Math.max(0, completed) + Math.max(0, failed);
    unverified = missing > 0 ? table.end : 0;
    const known = JSON.stringify(differences);
    if (isFresh) {
      isFresh = false;
      if (known === afterScan) accepted = known;
      afterScan = known;
    }
    const isUnexplained =
      completed < 0 ||
      failed < 0 ||
      (!upkeep.isFull && Object.values(unended).some((count) => count !== 0));
    if (isUnexplained && known !== accepted && nowMs - scansFrom >= rescanMs) isScanDue = true;
  };
  /** Looks for jobs that have ended and are gone: as many as one step may look for. */
  const verify = async () => {
    const ids: string[] = [];
    const code = table.names.queue.find(keys.name);
    const { queue, endedAt } = table.columns;
    for (; unverified > 0 && ids.length < mostVerified; unverified -= 1) {
      nextSlot = (nextSlot + 1) % Math.max(1, table.end);
      const id = table.idAt(nextSlot);
      const isOfQueue = queue[nextSlot] === code && !Number.isNaN(endedAt[nextSlot]);
      if (isOfQueue && id !== "") ids.push(id);
    }
    for (const id of await readMissing(redis, keys, ids)) {
      table.remove(keys.name, id);
      missing -= 1;
    }
    if (missing <= 0) unverified = 0;
  };
  return {
    name: keys.name,
    get oldestEnd() {
      return oldestEnd;
    },
    get isWorking() {
      return scan !== undefined || unverified > 0;
    },
    get scan() {
      if (scan === undefined) return isScanDue ? { read: 0, total: 0 } : undefined;
      return { read: scan.read, total: scan.total };
    },
    async turn(nowMs) {
      const isMore = await follow(nowMs);
      if (scan === undefined && isScanDue) beginScan(nowMs);
      if (scan !== undefined) await goOn(scan);
      else if (unverified > 0) await verify();
      return { isMore };
    },
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
