/** Keeps a job's page current: each pushed status swaps in the page the server renders for it. */
const watched = document.querySelector("main[data-events]");
if (watched instanceof HTMLElement && watched.dataset.events) watch(watched.dataset.events);
showLocalTimes();

function watch(url) {
  const events = new EventSource(url);
  let turn = Promise.resolve();
  events.addEventListener("status", ({ data }) => {
    const { status } = JSON.parse(data);
    if (status === "succeeded" || status === "failed") events.close();
    turn = turn.then(reload, reload);
  });
}

async function reload() {
  const response = await fetch(location.href);
  if (!response.ok) return;
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
