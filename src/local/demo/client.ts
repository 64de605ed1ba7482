import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type OfferedTask, readOfferedTasks } from "../../../infra/smoke/offered-tasks.ts";
import type { Server } from "../../client/server.ts";
import { paths } from "../../contract/paths.ts";
import { adviseOnToken } from "../jobs/explanation.ts";
import type { Standing } from "./ledger.ts";
import type { Submission } from "./submissions.ts";

/** Where jobs are sent, and how: `hasToken` says whether requests carry one. */
export interface DemoServer extends Pick<Server, "url" | "fetch"> {
  readonly hasToken: boolean;
}

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
 * cannot be taken. Throws when the signal aborts, and where whoever sends it may not.
 */
export async function submit(
  server: DemoServer,
  submission: Submission,
  signal: AbortSignal,
): Promise<string> {
  // With the same key, what may have been taken already is not taken twice.
  const key = randomUUID();
  for (;;) {
    const answer = await request(server, paths.api, signal, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(submission),
    });
    if (answer?.status === 202) return (answer.body as { id: string }).id;
    if (answer?.status === 422) return "refused";
    await sleep((answer?.retryAfterMs ?? 0) || retryMs, undefined, { signal });
  }
}

/** How a job stands, or `undefined` when that cannot be told now. Throws as `submit` does. */
export async function readStanding(
  server: DemoServer,
  id: string,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  const answer = await request(server, `${paths.api}/${id}`, signal);
  if (answer?.status === 404) return { status: "lost" };
  return answer?.body as Standing | undefined;
}

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number;
  /** Of a success, and of what tells of whoever asks. */
  readonly body: unknown;
}

/** Statuses that tell of whoever asks, so that asking again is no use. */
const unwelcome: ReadonlySet<number> = new Set([401, 403]);
const problem = z.object({ detail: z.string() });

/**
 * The whole answer, or `undefined` when there is none; throws only when the signal aborts, or where
 * whoever asks may not, with what to do about it.
 */
async function request(
  server: DemoServer,
  path: string,
  signal: AbortSignal,
  init: RequestInit = {},
): Promise<Answer | undefined> {
  const answer = await ask(server, path, signal, init);
  if (answer === undefined || !unwelcome.has(answer.status)) return answer;
  const { status, body } = answer;
  const { data } = problem.safeParse(body);
  throw new Error(`${status}: ${data?.detail ?? "not allowed"}\n${adviseOnToken(server)}`);
}

async function ask(
  { url, fetch }: DemoServer,
  path: string,
  signal: AbortSignal,
  init: RequestInit,
): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${url}${path}`, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    });
    const text = await response.text();
    const isRead = response.ok || unwelcome.has(response.status);
    return {
      status: response.status,
      retryAfterMs: Number(response.headers.get("retry-after")) * 1_000,
      body: isRead ? JSON.parse(text) : undefined,
    };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
