import { mediaTypeOf, parseObject } from "./answer.ts";
import { readEvents } from "./event-stream.ts";
import { isEnded, isJob, type SomeJob } from "./job.ts";
import type { Server } from "./server.ts";

/** The server sends something every four seconds; twice as long, and what a slow network adds. */
const silentMs = 10_000;

/**
 * Tells each state of the job that its event stream brings, until the job or the stream has ended,
 * and answers with the last one; `undefined` if it brought none. Why a stream has ended or was refused
 * is of no interest here: how the job stands has to be asked for then. Throws only what the signal
 * aborts with.
 */
export async function followJob(
  server: Server,
  path: string,
  { signal, onJob }: { signal: AbortSignal | undefined; onJob: (job: SomeJob) => void },
): Promise<SomeJob | undefined> {
  const cut = new AbortController();
  let timer = setTimeout(() => cut.abort(), server.requestMs);
  const onPiece = () => {
    clearTimeout(timer);
    timer = setTimeout(() => cut.abort(), silentMs);
  };
  let last: SomeJob | undefined;
  try {
    const response = await server.fetch(`${server.url}${path}`, {
      headers: { accept: "text/event-stream" },
      signal: signal === undefined ? cut.signal : AbortSignal.any([cut.signal, signal]),
    });
    const isStream = response.ok && mediaTypeOf(response) === "text/event-stream";
    if (!isStream || response.body === null) return undefined;
    for await (const { event, data } of readEvents(response.body, onPiece)) {
      if (event === "gone") break;
      const job = event === "status" ? parseObject(data) : undefined;
      if (!isJob(job)) continue;
      last = job;
      onJob(job);
      if (isEnded(job)) break;
    }
  } catch {
    signal?.throwIfAborted();
  } finally {
    clearTimeout(timer);
    // Also what is left of an answer that was no stream.
    cut.abort();
  }
  return last;
}
