/** Has buttons copy what they are beside. */
const saidMs = 1_500;

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copies]") : null;
  if (button === null) return;
  button.dataset.word ??= button.textContent;
  try {
    await copy(read(document.getElementById(button.dataset.copies)));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => {
    button.textContent = button.dataset.word;
  }, saidMs);
});

/** The text as it is, without the names of characters that cannot be seen. */
function read(source) {
  const text = source.cloneNode(true);
  for (const name of text.querySelectorAll(".unseen")) {
    name.replaceWith(String.fromCodePoint(Number.parseInt(name.textContent.slice(2), 16)));
  }
  return text.textContent;
}

/** Over plain HTTP a browser has no clipboard to write to, but lets a copy by hand be filled. */
async function copy(text) {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const fill = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  if (document.execCommand("copy")) return;
  document.removeEventListener("copy", fill);
  throw new Error("the browser copies nothing");
}
