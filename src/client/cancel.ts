import { paths } from "../contract/paths.ts";
import type { SomeJob } from "./job.ts";
import { requestJob } from "./request.ts";
import type { Server } from "./server.ts";

/** Cancels the job and tells how it stands then. Throws a `RefusedError` with status 403 where
 * another client has submitted it, 404 or 409. */
export async function cancelJob(
  server: Server,
  id: string,
  { signal, retryMs }: { readonly signal: AbortSignal | undefined; readonly retryMs: number },
): Promise<SomeJob> {
  const until = performance.now() + retryMs;
  const path = `${paths.api}/${encodeURIComponent(id)}/cancel`;
  return requestJob(server, { method: "POST", path, signal, giveUpAt: () => until });
}
