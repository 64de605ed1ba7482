/** Submits what is left of a file as soon as it may be, for as long as its page is seen. */
import { sleep, untilSeen } from "./follow.js";

/** As often as the page is asked for. */
const pauseMs = 2_000;

await goOn();

/** Until nothing is left, it is refused for good, or the page is no longer kept current. */
async function goOn() {
  let waitMs = pauseMs;
  while (document.querySelector("main[data-every]") !== null) {
    await sleep(waitMs);
    await untilSeen();
    waitMs = pauseMs;
    const form = document.querySelector("main form[data-due]");
    if (!(form instanceof HTMLFormElement)) continue;
    const answer = await submit(form.action);
    const { status = 0, headers } = answer ?? {};
    // Whoever presses the button is told why.
    if (status >= 400 && status < 500 && status !== 429) return;
    waitMs = Math.max(pauseMs, Number(headers?.get("retry-after") ?? 0) * 1_000 || 0);
  }
}

/** The answer, if there is one: of a lost connection the page tells, and no row makes a second job. */
async function submit(address) {
  try {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return await fetch(address, { method: "POST", headers, redirect: "manual" });
  } catch {
    return undefined;
  }
}
