import type { Redis } from "ioredis";
import { heartbeatName } from "../../src/queue/heartbeat.ts";

export interface EndEvents {
  /**
   * Jobs that came to an end, heartbeats aside, as Redis itself tells: once each, however often
   * somebody retried them, and once more for each time that another was added under their id.
   */
  readonly jobs: number;
  /** Their ids. */
  readonly ids: ReadonlySet<string>;
  /** Reads what is left, and stops. */
  stop(): Promise<void>;
}

/** Follows a queue's event stream, which its scripts write in the same step as they move a job. */
export function followEnds(redis: Redis, stream: string): EndEvents {
  const ids = new Set<string>();
  const ended = new Set<string>();
  const heartbeats = new Set<string>();
  let jobs = 0;
  let last = "0-0";
  const stop = new AbortController();
  const read = async () => {
    const answer = await redis.xread("COUNT", 1_000, "BLOCK", 200, "STREAMS", stream, last);
    const entries = answer?.[0]?.[1] ?? [];
    for (const [id, fields] of entries) {
      last = id;
      const {
        event = "",
        jobId = "",
        name,
      } = Object.fromEntries(
        fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1] ?? ""]] : [])),
      );
      if (event === "added") {
        ended.delete(jobId);
        // By its name: an operator can have one run beside its schedule, with an id as any other.
        if (name === heartbeatName) heartbeats.add(jobId);
        else heartbeats.delete(jobId);
      }
      if ((event !== "completed" && event !== "failed") || heartbeats.has(jobId)) continue;
      if (!ended.has(jobId)) jobs += 1;
      ended.add(jobId);
      ids.add(jobId);
    }
    return entries.length;
  };
  const following = (async () => {
    while ((await read()) > 0 || !stop.signal.aborted);
  })();
  // A test that fails before it stops this closes the connection.
  following.catch(() => undefined);
  return {
    get jobs() {
      return jobs;
    },
    ids,
    async stop() {
      stop.abort();
      await following;
    },
  };
}
