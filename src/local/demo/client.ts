import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type OfferedTask, readOfferedTasks } from "../../../infra/smoke/offered-tasks.ts";
import { paths } from "../../contract/paths.ts";
import type { Standing } from "./ledger.ts";
import type { Submission } from "./submissions.ts";

const requestMs = 5_000;
const retryMs = 1_000;

/** Whether anything that looks like a producer answers at the address. */
export async function isAlive(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}${paths.health}`, {
      signal: AbortSignal.timeout(requestMs),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** The tasks that the producer at the address says it has. Throws if it does not say. */
export async function loadOfferedTasks(url: string): Promise<OfferedTask[]> {
  const response = await fetch(`${url}${paths.openapi}`, {
    signal: AbortSignal.timeout(requestMs),
  });
  return readOfferedTasks(await response.json());
}

/**
 * Submits a job, again and again until there is an answer: the job's id, or "refused" for what
 * cannot be taken. Throws when the signal aborts.
 */
export async function submit(
  url: string,
  submission: Submission,
  signal: AbortSignal,
): Promise<string> {
  // With the same key, what may have been taken already is not taken twice.
  const key = randomUUID();
  for (;;) {
    const answer = await request(`${url}${paths.api}`, signal, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(submission),
    });
    if (answer?.status === 202) return (answer.body as { id: string }).id;
    if (answer?.status === 422) return "refused";
    await sleep((answer?.retryAfterMs ?? 0) || retryMs, undefined, { signal });
  }
}

/** How a job stands, or `undefined` when that cannot be told now. */
export async function readStanding(
  url: string,
  id: string,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  const answer = await request(`${url}${paths.api}/${id}`, signal);
  if (answer?.status === 404) return { status: "lost" };
  return answer?.body as Standing | undefined;
}

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  /** Of a success alone. */
  readonly body: unknown;
}

/** The whole answer, or `undefined` when there is none; throws only when the signal aborts. */
async function request(
  url: string,
  signal: AbortSignal,
  init: RequestInit = {},
): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    });
    const text = await response.text();
    return {
      status: response.status,
      retryAfterMs: Number(response.headers.get("retry-after")) * 1_000,
      body: response.ok ? JSON.parse(text) : undefined,
    };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
