/** Keeps the workers' page current: it is asked for as often as they report. */
import { ask, lostText, sleep, untilSeen } from "./follow.js";
import { showTimes } from "./times.js";
import { keepUnfolded, update } from "./update.js";

/** An answer takes no longer, or none comes. */
const answerMs = 10_000;

const shown = document.querySelector("main[data-workers]");
if (shown instanceof HTMLElement) await keep(Number(shown.dataset.workers) * 1_000);

async function keep(everyMs) {
  for (;;) {
    await sleep(everyMs);
    await untilSeen();
    try {
      await renew();
    } catch {
      say(lostText);
    }
  }
}

async function renew() {
  const response = await ask(location.href, {
    headers: { accept: "text/html" },
    signal: AbortSignal.timeout(answerMs),
  });
  if (response === undefined) throw new Error("the page is gone");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.querySelector("main[data-workers]");
  // As where a login has run out.
  if (main === null) throw new Error("it is another page");
  keepUnfolded(main);
  showTimes(main);
  update(shown, main);
}

/** What was known last stays beside it. */
function say(text) {
  const status = shown.querySelector("[role=status]");
  if (status !== null && status.textContent !== text) status.textContent = text;
}
