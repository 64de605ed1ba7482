/** Keeps a page current of which no events are told: it is asked for again every so many seconds. */
import { ask, lostText, sleep, untilSeen } from "./follow.js";
import { showTimes } from "./times.js";
import { keepUnfolded, update } from "./update.js";

/** An answer takes no longer, or none comes. */
const answerMs = 10_000;

const shown = document.querySelector("main[data-every]");
if (shown instanceof HTMLElement) await keep();

/** Until the page says that nothing of it changes any more. */
async function keep() {
  while (shown.dataset.every !== undefined) {
    await sleep(Number(shown.dataset.every) * 1_000);
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
  const main = page.querySelector("main");
  // As where a login has run out.
  if (main === null || main.className !== shown.className) throw new Error("it is another page");
  keepUnfolded(main);
  showTimes(main);
  update(shown, main);
  document.title = page.title;
}

/** What was known last stays beside it. */
function say(text) {
  const status = shown.querySelector("[data-lost]");
  if (status !== null && status.textContent !== text) status.textContent = text;
}
