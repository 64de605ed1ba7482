/** Has buttons copy what they are beside. */
const saidMs = 1_500;

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copies]") : null;
  const source = button && document.getElementById(button.dataset.copies);
  if (source == null) return;
  const word = button.textContent;
  try {
    await copy(source);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => {
    button.textContent = word;
  }, saidMs);
});

/** Over plain HTTP a browser has no clipboard to write to: there the text is selected, and copied as by hand. */
async function copy(source) {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(source.textContent);
    return;
  }
  const selection = getSelection();
  selection.selectAllChildren(source);
  if (!document.execCommand("copy")) throw new Error("the browser copies nothing");
  selection.removeAllRanges();
}
