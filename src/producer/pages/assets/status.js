/** Keeps a job's page current: each pushed status takes over what has changed on the page that the server renders for it. */
import { ask, explainLoss, follow, readingText } from "./follow.js";
import { showPage } from "./update.js";

/** A job that goes on is told of, or at least commented on, every four seconds. */
const silenceMs = 10_000;

const unreadText = "The queue cannot be read now: this is how the job stood last.";

const watched = document.querySelector("main[data-events]");
if (watched instanceof HTMLElement) watch(watched.dataset);

function watch({ events, state }) {
  let shown;
  follow(
    { events, state },
    {
      silenceMs,
      async onEvent(data) {
        if (data !== shown && (await reload()) === "gone") {
          showGone();
          return true;
        }
        shown = data;
        const { status } = JSON.parse(data);
        return status === "succeeded" || status === "failed";
      },
      onGone: showGone,
      onUnread: () => showNotice(unreadText),
      onLost: (error) => showNotice(explainLoss(error)),
      onWay: (way) => (way === "state" ? showNotice(readingText) : hideNotice()),
    },
  );
}

async function reload() {
  const response = await ask(location.href, { signal: AbortSignal.timeout(silenceMs) });
  if (response === undefined) return "gone";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  showPage(page);
  return "shown";
}

/** What was last known stays beside it, until it can be asked for again. */
function showNotice(text) {
  const outcome = document.querySelector("main [role=status]");
  const shown = outcome?.querySelector("[data-notice]");
  // Said again, a screen reader would speak it again.
  if (outcome === null || shown?.textContent === text) return;
  shown?.remove();
  const notice = document.createElement("p");
  notice.dataset.notice = "";
  notice.textContent = text;
  outcome.prepend(notice);
}

function hideNotice() {
  document.querySelector("[data-notice]")?.remove();
}

/** Of a job that is gone the server has no page any more; what was known of it stays. */
function showGone() {
  const state = document.querySelector("main h1 .pill");
  if (state !== null) {
    state.className = "pill";
    state.textContent = "gone";
  }
  // Behind these nothing is any more, either.
  for (const kept of document.querySelectorAll("main [data-kept]")) kept.remove();
  const heading = document.querySelector("main h1");
  if (heading !== null) document.title = `${heading.textContent} · Tripod`;
  const outcome = document.querySelector("main [role=status]");
  if (outcome !== null) {
    outcome.textContent =
      "This job is no longer kept: it was removed, or its retention is over. What follows was last known of it.";
  }
}
