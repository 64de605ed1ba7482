import { setTimeout as sleep } from "node:timers/promises";
import { Worker as Thread } from "node:worker_threads";
import { within } from "../../service/deadline.ts";
import { endThread } from "../../service/thread-end.ts";
import { lineOf } from "../../telemetry/line-limits.ts";
import type { Log } from "../../telemetry/log.ts";
import { UnavailableError } from "../http/errors.ts";
import type { IndexCall, IndexMessage, IndexOrders, IndexRequest } from "./index-orders.ts";
import type { JobIndex } from "./job-index.ts";

/** As many as take some 40 MB, beside a producer on a host with 1 GB. */
const maxJobs = 200_000;
/** Beside its columns, which are not counted here, a full index was measured to take 90 MB of these. */
const heapMb = 192;
/** Until a thread that has ended is followed by another. */
const restartMs = 5_000;
/** An answer takes milliseconds; on a busy host the thread takes seconds to start. */
const answerMs = 10_000;

export interface OpenJobIndex extends JobIndex {
  close(): Promise<void>;
}

export interface JobIndexDeps extends Omit<IndexOrders, "maxJobs"> {
  /** 200,000 if not given. */
  readonly maxJobs?: number;
  readonly log: Log;
}

/**
 * Opens an index of the jobs of all these queues, in a thread of its own with a connection of its
 * own, so that neither following nor searching costs this one anything. A thread that ends, as for
 * want of memory, is followed by another.
 */
export function openJobIndex({ log, ...given }: JobIndexDeps): OpenJobIndex {
  const orders: IndexOrders = { maxJobs, ...given };
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  let isClosed = false;
  let thread: Thread | undefined;

  const hear = (message: IndexMessage) => {
    if ("text" in message) {
      log[message.level]({ ...message.fields, ...lineOf("job_index") }, message.text);
      return;
    }
    const { id } = message;
    if ("error" in message) waiting.get(id)?.reject(new Error(message.error));
    else waiting.get(id)?.resolve(message.answer);
    waiting.delete(id);
  };
  const start = () => {
    const started = new Thread(new URL("./main.ts", import.meta.url), {
      workerData: orders,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    started.on("message", hear);
    started.on("error", (error) =>
      log.error({ err: error, ...lineOf("job_index") }, "the index of jobs has failed"),
    );
    started.once("exit", () => {
      for (const { reject } of waiting.values()) reject(new UnavailableError("not_ready"));
      waiting.clear();
      thread = undefined;
      if (!isClosed) void restart();
    });
    started.unref();
    thread = started;
  };
  const restart = async () => {
    await sleep(restartMs, undefined, { ref: false });
    if (!isClosed) start();
  };
  const ask = async (call: IndexCall, values: readonly unknown[]): Promise<unknown> => {
    if (thread === undefined) throw new UnavailableError("not_ready");
    asked += 1;
    const id = asked;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    thread.postMessage({ id, call, values } satisfies IndexRequest, []);
    try {
      return await within(answerMs, answer.promise);
    } catch (error) {
      throw new UnavailableError("not_ready", error);
    } finally {
      waiting.delete(id);
    }
  };
  start();

  const call =
    <Name extends IndexCall>(name: Name) =>
    (...values: Parameters<JobIndex[Name]>) =>
      ask(name, values) as ReturnType<JobIndex[Name]>;
  return {
    page: call("page"),
    named: call("named"),
    counts: call("counts"),
    ids: call("ids"),
    groups: call("groups"),
    standing: call("standing"),
    async close() {
      isClosed = true;
      if (thread !== undefined) await endThread(thread);
    },
  };
}
