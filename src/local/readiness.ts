import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 100;
const requestTimeoutMs = 2_000;

/** A start on a busy machine takes this long, which is no reason to worry anybody. */
const usualMs = 15_000;
const progressEveryMs = 5_000;

/**
 * Resolves once GET of the address answers 200. Tells once that it is waited for, and why only if
 * that takes unusually long, each reason once and one every few seconds. Throws the latest reason after `deadlineMs`, and at
 * once when the signal aborts.
 */
export async function untilReady(
  url: string,
  {
    deadlineMs,
    signal,
    tell,
    tellEveryMs = progressEveryMs,
    explainedAfterMs = usualMs,
  }: {
    deadlineMs: number;
    signal: AbortSignal;
    tell: (line: string) => void;
    tellEveryMs?: number;
    explainedAfterMs?: number;
  },
): Promise<void> {
  const startedAt = performance.now();
  let toldAt = startedAt;
  const told = new Set<string>();
  for (;;) {
    const reason = await reasonNotReady(url, signal);
    signal.throwIfAborted();
    if (reason === undefined) return;
    const now = performance.now();
    if (now - startedAt > deadlineMs) {
      throw new Error(`"${url}" is not ready after ${deadlineMs / 1_000} s: ${reason}`);
    }
    const isLong = now - startedAt > explainedAfterMs;
    const line = isLong ? `not ready yet: ${reason}` : "is starting, which may take a while";
    if (now - toldAt > tellEveryMs && !told.has(line)) {
      tell(line);
      told.add(line);
      toldAt = now;
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

async function reasonNotReady(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
    const response = await fetch(url, { signal: patience });
    const body = await response.text();
    return response.status === 200 ? undefined : reasonIn(body);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { cause } = error;
    if (!(cause instanceof Error && "code" in cause)) return error.message;
    return cause.code === "ECONNREFUSED" ? "it does not listen yet" : String(cause.code);
  }
}

/** Of an answer that is not 200: what it gives as reasons, or else all of it. */
function reasonIn(body: string): string {
  try {
    const { reasons } = JSON.parse(body) as { readonly reasons: readonly string[] };
    return reasons.join("; ");
  } catch {
    return body;
  }
}
