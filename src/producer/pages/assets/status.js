/** Keeps a job's page current: each pushed status swaps in the page the server renders for it. */
const retryMs = 2_000;
const watched = document.querySelector("main[data-events]");
if (watched instanceof HTMLElement && watched.dataset.events) watch(watched.dataset.events);
showLocalTimes();

function watch(url) {
  const events = new EventSource(url);
  let turn = Promise.resolve();
  events.addEventListener("status", ({ data }) => {
    const { status } = JSON.parse(data);
    const final = status === "succeeded" || status === "failed";
    // Where the page cannot be had, the stream goes on or comes back, and tells the status again.
    turn = turn.then(reload).then(
      () => final && events.close(),
      () => undefined,
    );
  });
  // A browser takes an answer such as 503 for the end; while Redis is away it is none.
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(watch, retryMs, url);
  });
}

async function reload() {
  const response = await fetch(location.href);
  if (!response.ok) throw new Error(`the page was answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.querySelector("main");
  if (main === null) return;
  document.querySelector("main")?.replaceWith(main);
  document.title = page.title;
  showLocalTimes();
}

function showLocalTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.textContent = new Date(time.getAttribute("datetime") ?? "").toLocaleString();
  }
}
