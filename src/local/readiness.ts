import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 100;
const requestTimeoutMs = 2_000;
const progressEveryMs = 5_000;

/**
 * Resolves once GET of the address answers 200, and tells every few seconds why it does not yet.
 * Throws the latest reason after `deadlineMs`, and at once when the signal aborts.
 */
export async function untilReady(
  url: string,
  {
    deadlineMs,
    signal,
    tell,
  }: { deadlineMs: number; signal: AbortSignal; tell: (line: string) => void },
): Promise<void> {
  const startedAt = performance.now();
  let toldAt = startedAt;
  for (;;) {
    const reason = await reasonNotReady(url, signal);
    signal.throwIfAborted();
    if (reason === undefined) return;
    const now = performance.now();
    if (now - startedAt > deadlineMs) {
      throw new Error(`"${url}" is not ready after ${deadlineMs / 1_000} s: ${reason}`);
    }
    if (now - toldAt > progressEveryMs) {
      tell(`not ready yet: ${reason}`);
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
    return response.status === 200 ? undefined : `${response.status} ${body}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { cause } = error;
    return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
  }
}
