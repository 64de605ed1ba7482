import type { JobStatus } from "../jobs/job-status.ts";
import { momentOf, type Step, waitOf } from "./story-step.ts";
import type { Tone } from "./tone.ts";

/** A job's life in the order of time, and what it comes to. */
export interface Story {
  readonly steps: readonly Step[];
  /** From its request, or its submission where there was none, to the end of its last step. */
  readonly spanMs: number;
  /** Ready, in the queue, until its first attempt. */
  readonly waitedMs: number | undefined;
  /** In attempts. */
  readonly ranMs: number | undefined;
  /** From the end of one attempt to the start of the next, all of them. */
  readonly betweenMs: number | undefined;
}

export type Attempt = NonNullable<JobStatus["history"]>[number];

const outcomes: Readonly<Record<Attempt["outcome"], readonly [Tone, string | undefined]>> = {
  running: ["busy", undefined],
  succeeded: ["good", undefined],
  retried: ["bad", undefined],
  failed: ["bad", undefined],
  handed_back: ["warn", "handed back"],
  lost: ["warn", "lost"],
  unknown: ["idle", "not known"],
};

/** How an attempt ended, and in which colour: the class of its failure, if that is what it was. */
export function describeAttempt(attempt: Attempt): { tone: Tone; word: string | undefined } {
  const [tone, word] = outcomes[attempt.outcome];
  return { tone, word: word ?? attempt.error_type };
}

/** Which attempt it is, as far as its record says. */
export function nameAttempt({ number }: Attempt): string {
  return number === undefined ? "An attempt" : `Attempt ${number}`;
}

/** Tells a job's life up to now; of one whose record does not say when it began, nothing. */
export function tellStory(job: JobStatus, nowMs: number): Story {
  const { history = [], created_at: createdAt, received_at: receivedAt } = job;
  if (createdAt === undefined) {
    return { steps: [], spanMs: 0, waitedMs: undefined, ranMs: undefined, betweenMs: undefined };
  }
  // The clock of a worker may be behind that of the producer.
  const begun = history.flatMap(({ started_at: at }) => (at === undefined ? [] : [Date.parse(at)]));
  const createdMs = Math.min(Date.parse(createdAt), ...begun);
  const startMs = Math.min(createdMs, parseOr(receivedAt, createdMs));
  const steps = createSteps(job, { startMs, createdMs, nowMs });
  const first = steps.findIndex(isAttempt);
  const since = first === -1 ? [] : steps.slice(first);
  return {
    steps,
    spanMs: Math.max(0, ...steps.map(({ fromMs, tookMs = 0 }) => fromMs + tookMs)),
    waitedMs:
      first === -1 ? undefined : sum(steps.slice(0, first).filter(({ name }) => name === waited)),
    ranMs: first === -1 ? undefined : sum(since.filter(isAttempt)),
    betweenMs:
      history.length < 2
        ? undefined
        : sum(since.filter(({ kind, standing }) => kind === "wait" && standing !== "planned")),
  };
}

const waited = "Waited";
const backOff = "Back-off";
const dueLater = "Due later";
const hadEnded = "Had ended";

function isAttempt({ kind, tookMs }: Step): boolean {
  return kind !== "wait" && kind !== "rest" && tookMs !== undefined;
}

function sum(steps: readonly Step[]): number {
  return steps.reduce((total, { tookMs = 0 }) => total + tookMs, 0);
}

interface Clock {
  /** When its request came, if one has submitted it. */
  readonly startMs: number;
  readonly createdMs: number;
  readonly nowMs: number;
}

function createSteps(job: JobStatus, clock: Clock): Step[] {
  const { startMs, createdMs } = clock;
  const steps: Step[] = [momentOf("Submitted", createdMs - startMs, { kind: "idle" })];
  if (job.received_at !== undefined) {
    steps.unshift(waitOf("Request", { fromMs: startMs, untilMs: createdMs }, startMs));
  }
  let doneMs = createdMs;
  let before: Attempt | undefined;
  for (const attempt of job.history ?? []) {
    const retry = findRetry(job, { after: before, until: attempt.start });
    if (retry !== undefined) {
      steps.push(...restsUntil(retry, { before, doneMs, startMs }));
      doneMs = Math.max(doneMs, Date.parse(retry.retried_at));
    }
    const startedMs = parseOr(attempt.started_at, doneMs);
    const beganMs = Math.max(startedMs, doneMs);
    const rest = retry === undefined ? nameRest(job, before, attempt) : undefined;
    const unsaidMs = rest === undefined ? doneMs : beganMs;
    const readyMs = Math.min(beganMs, parseOr(attempt.ready_at, unsaidMs));
    const isFirst = before === undefined;
    steps.push(...waitsBetween({ doneMs, readyMs, beganMs }, { startMs, isFirst, rest }));
    const endedMs = attempt.outcome === "running" ? clock.nowMs : parse(attempt.ended_at);
    const tookMs = endedMs === undefined ? undefined : Math.max(0, endedMs - startedMs);
    const { tone, word } = describeAttempt(attempt);
    steps.push({
      name: isSameAgain(before, attempt) ? `${nameAttempt(attempt)} again` : nameAttempt(attempt),
      kind: tone,
      fromMs: beganMs - startMs,
      tookMs,
      standing: attempt.outcome === "running" ? "so far" : "over",
      worker: attempt.worker?.host ?? attempt.worker?.name,
      outcome: word,
    });
    doneMs = beganMs + (tookMs ?? 0);
    before = attempt;
  }
  const retry = findRetry(job, { after: before, until: Infinity });
  if (retry !== undefined) {
    steps.push(...restsUntil(retry, { before, doneMs, startMs }));
    doneMs = Math.max(doneMs, Date.parse(retry.retried_at));
  }
  if (job.status === "waiting") steps.push(...waitsNow(job, doneMs, clock));
  if (job.status === "succeeded" || job.status === "failed") {
    const endMs = Math.max(doneMs, parseOr(job.finished_at, doneMs));
    // It can have ended where it waited.
    const name = retry === undefined ? nameWait(before) : waited;
    if (before === undefined || retry !== undefined || !endings.has(before.outcome))
      steps.push(waitOf(name, { fromMs: doneMs, untilMs: endMs }, startMs));
    steps.push(
      momentOf("Ended", endMs - startMs, {
        kind: job.status === "succeeded" ? "good" : "bad",
        outcome: job.status === "succeeded" ? "succeeded" : job.error_type,
      }),
    );
  }
  return steps;
}

/** In line after a back-off for less than this is what a worker takes to see that it is over. */
const slightMs = 100;

/** After these nothing more becomes of a job by itself. */
const endings: ReadonlySet<Attempt["outcome"]> = new Set(["succeeded", "failed", "unknown"]);

/** Before an attempt: until it was due, and from then on in line. */
function waitsBetween(
  { doneMs, readyMs, beganMs }: { doneMs: number; readyMs: number; beganMs: number },
  { startMs, isFirst, rest }: { startMs: number; isFirst: boolean; rest: string | undefined },
): Step[] {
  const wasDueLater = readyMs - doneMs >= 1;
  const isSlight = !isFirst && wasDueLater && beganMs - readyMs < slightMs;
  const dueMs = isSlight ? beganMs : Math.max(doneMs, readyMs);
  const gap = { fromMs: doneMs, untilMs: dueMs };
  const due: Step = waitOf(rest ?? (isFirst ? dueLater : backOff), gap, startMs);
  const queued = waitOf(waited, { fromMs: dueMs, untilMs: beganMs }, startMs);
  // Each job has been in line, however short.
  const wasQueued = isFirst || (queued.tookMs ?? 0) >= 1;
  return [
    ...(wasDueLater ? [rest === undefined ? due : { ...due, kind: "rest" as const }] : []),
    ...(wasQueued ? [queued] : []),
  ];
}

type Retry = NonNullable<JobStatus["history_retries"]>[number];

/** That of somebody who has retried the job between an attempt and a later start, the last one if there are several. */
function findRetry(
  { history_retries: retries = [] }: JobStatus,
  { after, until }: { after: Attempt | undefined; until: number },
): Retry | undefined {
  const first = after?.start ?? 0;
  return retries.findLast(({ after_start: start }) => start >= first && start < until);
}

/** Until somebody retried the job: as long as it had not ended yet, and then until that. */
function restsUntil(
  { ended_at: endedAt, retried_at: retriedAt }: Retry,
  { before, doneMs, startMs }: { before: Attempt | undefined; doneMs: number; startMs: number },
): Step[] {
  const retriedMs = Math.max(doneMs, Date.parse(retriedAt));
  const endedWithIt = before !== undefined && endings.has(before.outcome);
  const saidMs = endedWithIt ? doneMs : parseOr(endedAt, doneMs);
  const endedMs = Math.min(retriedMs, Math.max(doneMs, saidMs));
  const until = waitOf(nameWait(before), { fromMs: doneMs, untilMs: endedMs }, startMs);
  const rest = waitOf(hadEnded, { fromMs: endedMs, untilMs: retriedMs }, startMs);
  return [...((until.tookMs ?? 0) >= 1 ? [until] : []), { ...rest, kind: "rest" }];
}

/** What a job was in that had not ended yet, after this attempt. */
function nameWait(before: Attempt | undefined): string {
  return before?.outcome === "retried" ? backOff : waited;
}

/** Whether a worker began it anew, as the one before had handed it back, or vanished. */
function isSameAgain(before: Attempt | undefined, { number }: Attempt): boolean {
  return number !== undefined && before?.number === number;
}

/** What the time between two attempts was, where the job was neither in line nor backed off. */
function nameRest(
  { history_omitted: omitted = 0 }: JobStatus,
  before: Attempt | undefined,
  attempt: Attempt,
): string | undefined {
  // Some began no attempt: the job had ended at them before.
  const unkept = Math.min(attempt.start - (before?.start ?? 0) - 1, omitted);
  if (before !== undefined && unkept > 0) return `${unkept} starts that are not kept`;
  if (before?.outcome === "unknown") return "Not known";
  return before !== undefined && endings.has(before.outcome) ? hadEnded : undefined;
}

function waitsNow({ waiting, history = [] }: JobStatus, doneMs: number, clock: Clock): Step[] {
  const { startMs, nowMs } = clock;
  const dueMs = waiting?.retry_at === undefined ? undefined : Date.parse(waiting.retry_at);
  if (dueMs === undefined || dueMs <= nowMs) {
    return [
      { ...waitOf("Waits", { fromMs: doneMs, untilMs: nowMs }, startMs), standing: "so far" },
    ];
  }
  const name = history.length === 0 ? dueLater : backOff;
  return [
    { ...waitOf(name, { fromMs: doneMs, untilMs: dueMs }, startMs), standing: "planned" },
    momentOf("Next attempt", dueMs - startMs, {
      kind: "idle",
      outcome: "due",
    }),
  ];
}

function parse(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}

function parseOr(iso: string | undefined, otherwise: number): number {
  return iso === undefined ? otherwise : Date.parse(iso);
}
