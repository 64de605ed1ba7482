/** Keeps the overview current: each pushed snapshot moves its numbers and its plots. */
import { explainLoss, follow, lostText, readingText } from "./follow.js";
import { createPlot, followLight, tenMinutes } from "./plot.js";
import {
  createQueueReadings,
  createReadings,
  describeHold,
  describeQueue,
  describeSchedule,
  formatReading,
} from "./readings.js";
import { showTimes } from "./times.js";

/** Snapshots are pushed each second: after so long without one, what is shown is of the past. */
const staleMs = 5_000;
const staleText = `${lostText} These figures are stale.`;

const main = document.querySelector("main[data-overview]");
if (main instanceof HTMLElement) show(main);

function show(page) {
  const classes = page.dataset.classes.split(" ");
  const plots = [...page.querySelectorAll("[data-plot]")].map((section) =>
    createPlot(section, tenMinutes),
  );
  const values = [...page.querySelectorAll("[data-now] [data-reading]")];
  const rows = [...page.querySelectorAll("tr[data-of]")];
  const status = page.querySelector("[data-queue]");
  const polling = page.querySelector("[data-polling]");
  let moments = [];
  let latestAt;
  let staleness;

  const sayLost = () => say(status, "stale" in page.dataset ? staleText : lostText);
  const tellLoss = (error) => {
    const text = explainLoss(error);
    if (text === lostText) sayLost();
    else say(status, text);
  };
  const awaitNews = () => {
    clearTimeout(staleness);
    delete page.dataset.stale;
    staleness = setTimeout(() => {
      // Of a queue that could never be read nothing is shown.
      if (page.querySelector("time") === null) return;
      page.dataset.stale = "";
      sayLost();
    }, staleMs);
  };
  const showSnapshots = (data) => {
    const snapshots = JSON.parse(data);
    if (snapshots.length === 0) return;
    awaitNews();
    const fresh = snapshots.map((snapshot) => ({
      time: Date.parse(snapshot.at) / 1_000,
      readings: createReadings(snapshot, classes),
    }));
    const latest = fresh.at(-1);
    latestAt = snapshots.at(-1).at;
    // Some of it may be known already, where a proxy drops the header that says so.
    const known = moments.filter(({ time }) => time < fresh[0].time);
    moments = [...known, ...fresh].filter(
      ({ time }) => time > latest.time - tenMinutes.shownSeconds,
    );
    say(status, describeQueue(snapshots.at(-1)));
    showReadings(values, latest.readings);
    for (const row of rows) showQueue(row, snapshots.at(-1).queues?.[row.dataset.of]);
    for (const schedule of snapshots.at(-1).schedules ?? []) showSchedule(page, schedule);
    const time = page.querySelector("time");
    if (time !== null) {
      time.dateTime = latestAt;
      showTimes(time.parentElement);
    }
    for (const plot of plots) plot.draw(moments);
  };
  const { overview: events, state } = page.dataset;
  const after = () => latestAt;
  awaitNews();
  follow(
    { events, state, after },
    {
      silenceMs: staleMs,
      onEvent: showSnapshots,
      onGone: sayLost,
      onLost: tellLoss,
      onWay: (way) => {
        say(polling, way === "events" ? "" : readingText);
      },
    },
  );
  followLight(plots);
}

function showQueue(row, queue) {
  showReadings(row.querySelectorAll("[data-reading]"), createQueueReadings(queue));
  row.querySelector("[data-hold]").textContent = describeHold(queue);
}

/** One that is new has its row once the page is loaded again. */
function showSchedule(page, schedule) {
  const { key, next, last } = describeSchedule(schedule);
  const row = page.querySelector(`tr[data-schedule="${key}"]`);
  if (row === null) return;
  row.querySelector("[data-next]").textContent = next;
  row.querySelector("[data-last]").textContent = last;
}

function showReadings(values, readings) {
  for (const value of values) {
    value.textContent = formatReading(readings[value.dataset.reading], value.dataset.unit);
  }
}

/** Speaks to screen readers, so only when there is something new. */
function say(status, text) {
  if (status.textContent !== text) status.textContent = text;
}
