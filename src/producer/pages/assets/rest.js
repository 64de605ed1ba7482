/** Submits what is left of a file as soon as it may be, for as long as its page is seen. */
import { sleep, untilSeen } from "./follow.js";

/** As often as the page is asked for. */
const pauseMs = 2_000;

await goOn();

/** Until nothing is left, or the page is no longer kept current. */
async function goOn() {
  while (document.querySelector("main[data-every]") !== null) {
    await sleep(pauseMs);
    await untilSeen();
    const form = document.querySelector("main form[data-due]");
    if (form instanceof HTMLFormElement) await submit(form.action);
  }
}

/** Whatever comes of it, the page tells: no row makes a second job. */
async function submit(address) {
  try {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await fetch(address, { method: "POST", headers, redirect: "manual" });
  } catch {
    // The page says that the connection is lost.
  }
}
