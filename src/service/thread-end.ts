import type { Worker as Thread } from "node:worker_threads";
import { within } from "./deadline.ts";

/** What a thread is told that is to end, once it has loaded what it is loading. */
export const endOfThread = "end";

/**
 * Has a thread end by itself, or terminated after `ms`: on a busy host it takes seconds to load. One
 * that is terminated while it loads a module takes the whole process along, now and then: an assertion
 * of Node.js 24 fails in `CreateRequiredModuleFacade`.
 */
export async function endThread(thread: Thread, ms = 10_000): Promise<void> {
  const ended = Promise.withResolvers<void>();
  thread.once("exit", () => ended.resolve());
  thread.postMessage(endOfThread, []);
  try {
    await within(ms, ended.promise);
  } catch {
    await thread.terminate();
  }
}
