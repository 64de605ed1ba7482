/** Lets a start time be entered in the visitor's own zone; what is sent stays in UTC. */
for (const input of document.querySelectorAll("input[type=datetime-local]")) adopt(input);

function adopt(input) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const zone = input.labels?.[0]?.querySelector("[data-zone]");
  // What a browser has no such control for is a text, whose form nobody can be held to.
  if (zone === null || zone === undefined || input.type !== "datetime-local") return;
  zone.textContent = `your time, ${timeZone}`;
  const sent = new Date(`${input.defaultValue}Z`);
  // Of what was sent, and not of what the browser may have put in since, is known that it is in UTC.
  if (!Number.isNaN(sent.getTime())) input.value = toLocal(sent);
  input.form?.addEventListener("formdata", ({ formData }) => {
    const entered = new Date(input.value);
    if (!Number.isNaN(entered.getTime())) {
      formData.set(input.name, entered.toISOString().slice(0, -1));
    }
  });
}

function toLocal(at) {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
