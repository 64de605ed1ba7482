import type { Worker as Thread } from "node:worker_threads";
import { within } from "./deadline.ts";

/** What a thread is told that is to end, once it has loaded what it is loading. */
export const endOfThread = "end";

/** The id of a thread that has ended. */
const ended = -1;

/**
 * Has a thread end by itself, or terminated after `ms`, which is less than a service has for closing
 * all that it is made of. One that is terminated while it loads a module takes the whole process along,
 * now and then: an assertion of Node.js 24 fails in `CreateRequiredModuleFacade`.
 */
export async function endThread(thread: Thread, ms = 3_000): Promise<void> {
  if (thread.threadId === ended) return;
  const exit = Promise.withResolvers<void>();
  thread.once("exit", () => exit.resolve());
  thread.postMessage(endOfThread, []);
  try {
    await within(ms, exit.promise);
  } catch {
    await thread.terminate();
  }
}
