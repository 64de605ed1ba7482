import type { Redis } from "ioredis";

export interface EndEvents {
  /** How often a job was moved to its end, heartbeats aside, as Redis itself tells. */
  readonly ends: number;
  /** The jobs that it was. */
  readonly ids: ReadonlySet<string>;
  /** Reads what is left, and stops. */
  stop(): Promise<void>;
}

/** Follows a queue's event stream, which its scripts write in the same step as they move a job. */
export function followEnds(redis: Redis, stream: string): EndEvents {
  const ids = new Set<string>();
  let ends = 0;
  let last = "0-0";
  const stop = new AbortController();
  const read = async () => {
    const answer = await redis.xread("COUNT", 1_000, "BLOCK", 200, "STREAMS", stream, last);
    const entries = answer?.[0]?.[1] ?? [];
    for (const [id, fields] of entries) {
      last = id;
      const { event = "", jobId = "" } = Object.fromEntries(
        fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1] ?? ""]] : [])),
      );
      if ((event !== "completed" && event !== "failed") || jobId.startsWith("repeat:")) continue;
      ends += 1;
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
    get ends() {
      return ends;
    },
    ids,
    async stop() {
      stop.abort();
      await following;
    },
  };
}
