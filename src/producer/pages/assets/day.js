/** Draws the last 24 hours, of which the page itself has the numbers, and keeps them current. */
import { ask, lostText, sleep, untilSeen } from "./follow.js";
import { createPlot, day, followLight } from "./plot.js";
import { createBucketReadings } from "./readings.js";
import { showTimes } from "./times.js";

/** An answer takes no longer, or none comes. */
const answerMs = 10_000;
/** Without a bucket for longer than that nothing was known: its lines are broken there. */
const stepSeconds = 300;

const main = document.querySelector("main[data-day]");
if (main instanceof HTMLElement) await show(main);

async function show(page) {
  const classes = page.dataset.classes.split(" ");
  const plots = [...page.querySelectorAll("[data-plot]")].map((section) =>
    createPlot(section, day),
  );
  const draw = (buckets) => {
    const moments = buckets.map((bucket) => createMoment(bucket, classes));
    for (const plot of plots) plot.draw(withGaps(moments, classes));
  };
  draw(readBuckets(page));
  followLight(plots);
  for (;;) {
    await sleep(Number(page.dataset.day) * 1_000);
    await untilSeen();
    const latest = await load().catch(() => undefined);
    if (latest === undefined) {
      say(lostText);
      continue;
    }
    const buckets = readBuckets(latest);
    // The first five minutes have come, and with them all plots.
    if (plots.length === 0 && buckets.length > 0) location.reload();
    renew(page, latest);
    draw(buckets);
  }
}

function createMoment(bucket, classes) {
  const time = Date.parse(bucket.at) / 1_000;
  return { time, readings: createBucketReadings(bucket, classes) };
}

function withGaps(moments, classes) {
  return moments.flatMap((moment, i) => {
    const before = moments[i - 1];
    if (before === undefined || moment.time - before.time <= stepSeconds) return [moment];
    const time = before.time + stepSeconds;
    return [{ time, readings: createBucketReadings(undefined, classes) }, moment];
  });
}

function readBuckets(page) {
  return JSON.parse(page.querySelector("[data-buckets]").textContent);
}

async function load() {
  const response = await ask(location.href, {
    headers: { accept: "text/html" },
    signal: AbortSignal.timeout(answerMs),
  });
  const text = (await response?.text()) ?? "";
  const latest = new DOMParser().parseFromString(text, "text/html").querySelector("main[data-day]");
  if (latest === null) throw new Error("it is another page");
  showTimes(latest);
  return latest;
}

/** All but the plots, which have what was drawn in them. */
function renew(page, latest) {
  const shown = [...page.children].filter((part) => !part.matches("[data-plot]"));
  const parts = [...latest.children].filter((part) => !part.matches("[data-plot]"));
  for (const [i, part] of shown.entries()) if (parts[i] !== undefined) part.replaceWith(parts[i]);
}

function say(text) {
  const status = document.querySelector("main [data-lost]");
  if (status.textContent !== text) status.textContent = text;
}
