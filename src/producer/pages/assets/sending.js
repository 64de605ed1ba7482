/** Says of a form that was sent that it is on its way, and when nothing comes back. */
const silentMs = 4_000;

for (const form of document.querySelectorAll("form[method=post]")) {
  const note = form.querySelector("[role=status]");
  let timer;
  const say = (text) => {
    clearTimeout(timer);
    if (note !== null) note.textContent = text;
  };
  form.addEventListener("submit", () => {
    say("Sending…");
    timer = setTimeout(
      say,
      silentMs,
      form.dataset.silent ??
        "There is no answer yet. Wait, or send it again: that makes one job only.",
    );
  });
  // Whoever comes back finds a page that sends nothing any more.
  window.addEventListener("pageshow", () => say(""));
}
