/** Asks for a page that could not be shown until it can be, and shows it then. */
import { ask, pauseAfter, sleep, untilSeen } from "./follow.js";

/** Longer than the producer waits for the queue. */
const silenceMs = 10_000;

const failed = document.querySelector("main[data-retry-after]");
if (failed instanceof HTMLElement) retry(Number(failed.dataset.retryAfter) * 1_000);

async function retry(pauseMs) {
  for (let failures = 1; ; failures += 1) {
    await sleep(pauseMs);
    await untilSeen();
    try {
      await ask(location.href, { signal: AbortSignal.timeout(silenceMs) });
      location.reload();
      return;
    } catch (error) {
      pauseMs = pauseAfter(failures, error);
    }
  }
}
