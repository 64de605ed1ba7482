import { paths } from "../contract/paths.ts";
import type { SomeJob } from "./job.ts";
import { requestJob } from "./request.ts";
import type { Server } from "./server.ts";

/** A job to be made, and the key under which it is one however often it is sent. */
export interface Submission {
  readonly task: string;
  readonly input: unknown;
  readonly key: string;
  readonly runAt?: Date | string | undefined;
  readonly delayMs?: number | undefined;
  readonly callbackUrl?: string | undefined;
}

export async function submitJob(
  server: Server,
  { key, task, input, runAt, delayMs, callbackUrl }: Submission,
  limits: { readonly signal: AbortSignal | undefined; readonly giveUpAt: () => number },
): Promise<SomeJob> {
  const body = JSON.stringify({ task, input, runAt, delayMs, callback_url: callbackUrl });
  return requestJob(server, { method: "POST", path: paths.api, body, key, ...limits });
}

/** Random, as whoever guesses it is told of the job. `randomUUID` is there under https alone. */
export function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
