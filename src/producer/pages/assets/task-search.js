/** Searches the tasks while one types: shows what the server finds for the same form. */
const pauseMs = 150;
const form = document.querySelector("form[role=search]");
let timer;
let asked = new AbortController();
form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, pauseMs);
});

async function search() {
  asked.abort();
  asked = new AbortController();
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form)).toString();
  try {
    const response = await fetch(url, { signal: asked.signal });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("#found");
    if (found === null) return;
    document.querySelector("#found")?.replaceWith(found);
    // The element stays, so that a screen reader says what has changed in it.
    document.querySelector("#count").textContent = page.querySelector("#count").textContent;
    history.replaceState(null, "", url);
  } catch {
    // Another search has begun, or the server is away: the form can still be sent.
  }
}
