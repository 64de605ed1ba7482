import { type Receiver, startReceiver } from "../support/callback-receiver.ts";
import { until } from "../support/until.ts";

/** What a receiver of callbacks has seen, by what it can see itself. */
export interface CallbackLog {
  readonly url: string;
  /** From now on requests get no answer; those that wait for one get it when that is over. */
  hold(): void;
  release(): void;
  /** Requests that wait for an answer. */
  readonly waiting: number;
  /** Requests whose connection ended before they were answered. */
  readonly cutOff: number;
  /** How often each end was taken with 2xx, by its `webhook-id`. */
  readonly taken: ReadonlyMap<string, number>;
  /** Ids of jobs whose end was taken. */
  readonly told: ReadonlySet<string>;
  /** From the answer to a request that was refused to the next one for the same end, in ms. */
  readonly waitsMs: readonly number[];
  /** Resolves once so many jobs' ends were taken. */
  untilTold(jobs: number, ms: number): Promise<void>;
}

/** A receiver that refuses the first request for every tenth end with 503; it goes with the test. */
export async function openCallbackLog(): Promise<CallbackLog> {
  const seen = new Set<string>();
  const refusedAt = new Map<string, number>();
  const taken = new Map<string, number>();
  const told = new Set<string>();
  const waitsMs: number[] = [];
  const held = new Set<() => void>();
  let holds = false;
  let cutOff = 0;

  const receiver: Receiver = await startReceiver((response, { headers, message }) => {
    const end = headers["webhook-id"] ?? "";
    const isRefused = !seen.has(end) && seen.size % 10 === 0;
    seen.add(end);
    const since = refusedAt.get(end);
    if (since !== undefined) waitsMs.push(performance.now() - since);
    refusedAt.delete(end);
    const answer = () => {
      held.delete(answer);
      response.writeHead(isRefused ? 503 : 204).end();
      if (isRefused) {
        refusedAt.set(end, performance.now());
      } else {
        taken.set(end, (taken.get(end) ?? 0) + 1);
        told.add(message.data.id);
      }
    };
    response.on("close", () => {
      held.delete(answer);
      if (!response.writableEnded) cutOff += 1;
    });
    if (holds) held.add(answer);
    else answer();
  });
  return {
    url: receiver.url,
    hold: () => {
      holds = true;
    },
    release: () => {
      holds = false;
      for (const answer of held) answer();
    },
    get waiting() {
      return held.size;
    },
    get cutOff() {
      return cutOff;
    },
    taken,
    told,
    waitsMs,
    untilTold: async (jobs, ms) => {
      await until(`${jobs} jobs to be told of`, () => told.size >= jobs, ms);
    },
  };
}
