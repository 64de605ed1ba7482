import { showTimes } from "./times.js";

/**
 * Makes what is shown the same as the latest, and leaves alone what is: what the reader scrolls,
 * marks or has the focus on stays.
 */
export function update(shown, latest) {
  if (shown.isEqualNode(latest)) return;
  if (!isAlike(shown, latest)) {
    shown.replaceWith(latest);
    return;
  }
  takeAttributes(shown, latest);
  if (shown.matches("[data-lines]")) {
    takeLines(shown, latest);
    return;
  }
  const parts = [...latest.childNodes];
  for (const [i, part] of [...shown.childNodes].entries()) update(part, parts[i]);
}

/** Whether one can become the other part by part. */
function isAlike(shown, latest) {
  if (!(shown instanceof Element) || shown.nodeName !== latest.nodeName) return false;
  return shown.matches("[data-lines]") || shown.childNodes.length === latest.childNodes.length;
}

function takeAttributes(shown, latest) {
  for (const { name } of [...shown.attributes]) {
    if (!latest.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of latest.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}

/** Of numbered lines the oldest go and new ones come; who reads some of them goes on at the same place. */
function takeLines(shown, latest) {
  const box = shown.parentElement;
  const first = latest.firstElementChild?.value ?? Number.POSITIVE_INFINITY;
  const last = shown.lastElementChild?.value ?? 0;
  const isAtEnd = box.scrollTop > -1;
  const top = box.getBoundingClientRect().top;
  const read = [...shown.children].find(
    (line) => line.value >= first && line.getBoundingClientRect().bottom > top,
  );
  const readAt = read?.getBoundingClientRect().top;
  for (const line of [...shown.children]) if (line.value < first) line.remove();
  shown.append(...[...latest.children].filter((line) => line.value > last));
  if (!isAtEnd && read !== undefined) box.scrollTop += read.getBoundingClientRect().top - readAt;
}

/** Shows what a newer page of the same address says; throws where it has no main part. */
export function showPage(page) {
  const latest = page.querySelector("main");
  if (latest === null) throw new Error("the page has no main part");
  keepUnfolded(latest);
  showTimes(latest);
  // Whatever was shown last may have been replaced as a whole.
  const shown = document.querySelector("main");
  if (shown !== null) update(shown, latest);
  document.title = page.title;
  showIcon(page.querySelector("link[rel=icon]"));
}

/** Of a job's state, which is what a tab in the background shows. */
function showIcon(latest) {
  const shown = document.querySelector("link[rel=icon]");
  if (shown !== null && latest !== null) shown.href = latest.href;
}

/** What the reader has unfolded stays so. */
function keepUnfolded(main) {
  for (const { id } of document.querySelectorAll("main details[open]")) {
    main.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  }
}
