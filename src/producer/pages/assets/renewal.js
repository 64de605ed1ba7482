/** Keeps a page current of which no events are told: it is asked for again every so many seconds. */
import { ask, lostText, sleep, untilSeen } from "./follow.js";
import { showPage } from "./update.js";

/** An answer takes no longer, or none comes. */
const answerMs = 10_000;

const goneText = "There is no such page any more: this is what it said last.";

await keep();

/** Until the page says that nothing of it changes any more, or is gone. */
async function keep() {
  for (;;) {
    const every = document.querySelector("main")?.dataset.every;
    if (every === undefined) return;
    await sleep(Number(every) * 1_000);
    await untilSeen();
    try {
      if ((await renew()) === "gone") {
        say(goneText);
        return;
      }
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
  if (response === undefined) return "gone";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  // As where a login has run out.
  if (page.querySelector("[data-lost]") === null) throw new Error("it is another page");
  showPage(page);
  return "shown";
}

/** What was known last stays beside it. */
function say(text) {
  const status = document.querySelector("main [data-lost]");
  if (status !== null && status.textContent !== text) status.textContent = text;
}
