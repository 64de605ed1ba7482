import { type CallbackOutcome, callbackLimits } from "../../contract/callbacks.ts";
import { logFields } from "../../contract/telemetry.ts";
import { type Settled, type Settlement, settleCallback } from "../../queue/callback-settlements.ts";
import type { TakenCallback } from "../../queue/callback-takings.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ProducerMetrics } from "../../telemetry/metrics.ts";
import { extractContext, failSpan, startCallback } from "../../telemetry/spans.ts";
import type { Tracer } from "@opentelemetry/api";
import type { Desk } from "../jobs/desk.ts";
import { isFinal, type JobStatus, readJobStatus } from "../jobs/job-status.ts";
import type { HostLines } from "./host-lines.ts";
import type { HostTurns } from "./host-turns.ts";
import { formatMessage, summarizeMessage } from "./message.ts";
import type { Send, Sent } from "./sender.ts";
import { type SigningKeys, signRequest } from "./signature.ts";

export interface DeliveryDeps {
  readonly desk: Pick<Desk, "name" | "ask" | "readState">;
  readonly send: Send;
  /** Read anew for each request; throws where there are none. */
  readonly readKeys: () => SigningKeys;
  readonly turns: HostTurns;
  readonly lines: HostLines;
  /** Waits after each failed try, in ms: after the last one it is given up. */
  readonly waitsMs: readonly number[];
  /** Which part of a wait is left to chance. */
  readonly jitter: number;
  readonly metrics: Pick<ProducerMetrics, "callbacks">;
  readonly log: Log;
  readonly tracer: Tracer;
}

/** Until another look at a callback whose job runs again. */
const runsAgainMs = { min: 500, max: 2_000 };

/**
 * Tells a callback's receiver of the end of its job, and notes what became of that. Rejects where Redis
 * does not answer: whoever takes the callback next does it again. `signal` cuts it off.
 */
export async function deliver(
  deps: DeliveryDeps,
  taken: TakenCallback,
  signal: AbortSignal,
): Promise<void> {
  const settle = (settlement: Settlement) =>
    deps.desk.ask((queue, redis) => settleCallback(queue, redis, taken, settlement));

  const host = URL.parse(taken.url)?.host ?? "";
  const release = await deps.turns.take({ host, owner: taken.owner }, signal);
  if (release === undefined) {
    const waitMs = signal.aborted ? 0 : deps.lines.join(host, Date.now() - taken.endedAt);
    await settle({ kind: "later", waitMs });
    return;
  }
  try {
    const job = await deps.desk.ask((queue, redis) =>
      readJobStatus({ queue, redis, state: deps.desk.readState }, taken.id),
    );
    if (job !== undefined && !isFinal(job)) {
      await settle({ kind: "later", waitMs: between(runsAgainMs.min, runsAgainMs.max) });
      return;
    }
    if (host === "" || (job === undefined && taken.summary === "")) {
      const settled = await settle({ kind: "gone" });
      if (settled === "noted") report(deps, taken, "gone", "the job was removed");
      return;
    }
    const sent = await send(deps, taken, { job, signal, host });
    if (signal.aborted && sent.kind !== "delivered") await settle({ kind: "later", waitMs: 0 });
    else await conclude(deps, taken, { job, sent, settle });
  } finally {
    release();
  }
}

async function send(
  { send: sendMessage, readKeys, lines, tracer, desk }: DeliveryDeps,
  { id, endedAt, url, summary, trace, tries }: TakenCallback,
  { job, signal, host }: { job: JobStatus | undefined; signal: AbortSignal; host: string },
): Promise<Sent> {
  const identity = { queue: desk.name, id, task: job?.task ?? "_OTHER", attempt: tries + 1, host };
  const span = startCallback(tracer, extractContext(trace), identity);
  const body = job === undefined ? summary : formatMessage(job);
  const signed = signRequest(readKeys(), { id: `${id}-${endedAt}`, body, atMs: Date.now() });
  const headers = {
    ...signed,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "tripod",
  };
  const end = lines.begin(host);
  const sent = await sendMessage({ url, headers, body, signal }).finally(end);
  if (sent.kind !== "delivered") failSpan(span, sent.kind, sent.reason);
  span.end();
  return sent;
}

/** Notes how a try has ended. */
async function conclude(
  deps: DeliveryDeps,
  taken: TakenCallback,
  {
    job,
    sent,
    settle,
  }: {
    readonly job: JobStatus | undefined;
    readonly sent: Sent;
    readonly settle: (settlement: Settlement) => Promise<Settled>;
  },
): Promise<void> {
  const tries = taken.tries + 1;
  const note = { tries, at: Date.now(), end: taken.endedAt };
  if (sent.kind === "delivered") {
    await settle({ kind: "delivered", note: { ...note, state: "delivered" } });
    report(deps, taken, "delivered");
    return;
  }
  const error = sent.reason.slice(0, callbackLimits.reasonLength);
  const told = sent.detail === undefined ? error : `${error}: ${sent.detail}`;
  const wait = sent.kind === "failed" ? deps.waitsMs[tries - 1] : undefined;
  if (wait !== undefined) {
    const waitMs = between(wait * (1 - deps.jitter), wait * (1 + deps.jitter));
    const next = Math.round(note.at + waitMs);
    const summary = job === undefined ? taken.summary : summarizeMessage(job);
    const retrying = { ...note, state: "retrying", next, error } as const;
    const settled = await settle({ kind: "retrying", waitMs, note: retrying, summary });
    if (settled !== "full") {
      report(deps, taken, settled === "noted" ? "failed" : "overtaken", told);
      return;
    }
  }
  const settled = await settle({ kind: "given_up", note: { ...note, state: "given_up", error } });
  const outcome = sent.kind === "refused" ? "refused" : "given_up";
  report(deps, taken, settled === "noted" ? outcome : "overtaken", told);
}

const words = {
  failed: "callback failed, will be tried again",
  overtaken: "callback failed, another producer has taken it over",
  refused: "callback refused",
  given_up: "callback given up",
  gone: "callback has nothing to tell",
} as const;

function report(
  { desk, metrics, log }: DeliveryDeps,
  { id }: TakenCallback,
  outcome: CallbackOutcome | "overtaken",
  reason?: string,
): void {
  metrics.callbacks.inc({
    queue: desk.name,
    outcome: outcome === "overtaken" ? "failed" : outcome,
  });
  const fields = { [logFields.jobId]: id };
  if (outcome === "delivered") {
    log.info({ ...fields, ...lineOf("callback_delivered") }, "callback delivered");
  } else {
    log.warn({ ...fields, ...lineOf("callback_failed") }, `${words[outcome]}: ${reason}`);
  }
}

function between(min: number, max: number): number {
  return min + Math.random() * (max - min);
}
