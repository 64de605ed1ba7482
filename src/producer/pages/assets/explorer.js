import { ask } from "./follow.js";
import { showPage } from "./update.js";

/** The explorer by keyboard: `/` searches, j and k go from job to job, and Enter opens one, as it does any link. */
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("input[type=search]")?.select();
  }
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
});

function move(by) {
  const links = [...document.querySelectorAll("a[data-row]")];
  const here = links.findIndex((link) => link === document.activeElement);
  // From elsewhere, j goes to the first, and k to the last.
  const next = here === -1 && by === -1 ? links.length - 1 : here + by;
  links[Math.min(links.length - 1, Math.max(0, next))]?.focus();
}

function isTyping(target) {
  return target instanceof Element && target.matches("input, select, textarea");
}

/** A search through texts goes on by itself, step by step, while the tab is seen; the link stays for whoever goes on by hand. */
async function goOn() {
  for (;;) {
    const link = document.querySelector("a[data-go-on]");
    if (link === null || document.hidden) return;
    const response = await ask(link.href, { headers: { accept: "text/html" } });
    if (response === undefined) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Somebody has begun another search, or another login is needed.
    if (!link.isConnected || page.querySelector("main.explorer") === null) return;
    history.replaceState(null, "", link.href);
    showPage(page);
  }
}

void goOn().catch(() => undefined);
