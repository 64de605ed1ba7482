import { paths } from "../contract/paths.ts";
import { UnendedError } from "./errors.ts";
import { followJob } from "./follow.ts";
import { type AnEndedJob, isEnded, type SomeJob } from "./job.ts";
import { pause } from "./pause.ts";
import { requestJob } from "./request.ts";
import type { Server } from "./server.ts";

/** Between two looks at a job that has no stream, as its page does. */
const lookMs = 2_000;
/** After a stream that has ended by itself, as the server asks for by its `retry`. */
const comeBackMs = 1_000;
/** Until a stream is tried again after one that brought nothing: a proxy may hold all of them back. */
const streamAgainMs = 30_000;
/** A timer waits no longer. */
const longestTimerMs = 2 ** 31 - 1;

export interface WaitLimits {
  readonly signal: AbortSignal | undefined;
  /** For the job to end. */
  readonly deadlineMs: number;
  /** For the server to be away at a time. */
  readonly retryMs: number;
  readonly onChange: (job: SomeJob) => void;
}

/** How the job stands. Throws a `RefusedError` with status 404 where there is none, or none any more. */
export async function readJob(
  server: Server,
  id: string,
  { signal, retryMs }: Pick<WaitLimits, "signal" | "retryMs">,
): Promise<SomeJob> {
  const until = performance.now() + retryMs;
  return requestJob(server, { method: "GET", path: pathOf(id), signal, giveUpAt: () => until });
}

/** The job once it has ended. Throws an `UnendedError` where it has not in time, and as `readJob` does. */
export async function waitForJob(
  server: Server,
  id: string,
  limits: WaitLimits,
): Promise<AnEndedJob> {
  const { deadlineMs } = limits;
  const over = new AbortController();
  const timer =
    deadlineMs === Infinity
      ? undefined
      : setTimeout(() => over.abort(), Math.min(deadlineMs, longestTimerMs));
  let last: SomeJob | undefined;
  const onChange = (job: SomeJob) => {
    last = job;
    limits.onChange(job);
  };
  const both =
    limits.signal === undefined ? over.signal : AbortSignal.any([over.signal, limits.signal]);
  try {
    return await untilEnded(server, id, { ...limits, signal: both, onChange });
  } catch (error) {
    limits.signal?.throwIfAborted();
    throw over.signal.aborted ? new UnendedError(id, deadlineMs, last) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function untilEnded(server: Server, id: string, limits: WaitLimits): Promise<AnEndedJob> {
  const { signal, onChange } = limits;
  let streamAt = 0;
  for (;;) {
    let pauseMs = lookMs;
    if (performance.now() >= streamAt) {
      const path = `${pathOf(id)}/events`;
      const told = await followJob(server, path, { signal, onJob: onChange });
      if (told === undefined) streamAt = performance.now() + streamAgainMs;
      else if (isEnded(told)) return told;
      else pauseMs = comeBackMs;
    }
    const job = await readJob(server, id, limits);
    onChange(job);
    if (isEnded(job)) return job;
    await pause(pauseMs, signal);
  }
}

function pathOf(id: string): string {
  return `${paths.api}/${encodeURIComponent(id)}`;
}
