/** Keeps the overview current: each pushed snapshot moves its numbers and its plots. */
import { follow, lostText } from "./follow.js";
import { axisSteps, createReadings, describeQueue, formatReading } from "./readings.js";
import uPlot from "./uplot.js";

const shownSeconds = 600;
const height = 180;

const main = document.querySelector("main[data-overview]");
if (main instanceof HTMLElement) show(main);

function show(page) {
  const classes = page.dataset.classes.split(" ");
  const plots = [...page.querySelectorAll("[data-plot]")].map(createPlot);
  const status = page.querySelector("[data-queue]");
  let moments = [];
  let latestAt;

  const showSnapshots = (data) => {
    const snapshots = JSON.parse(data);
    if (snapshots.length === 0) return;
    const fresh = snapshots.map((snapshot) => ({
      time: Date.parse(snapshot.at) / 1_000,
      readings: createReadings(snapshot, classes),
    }));
    const latest = fresh.at(-1);
    latestAt = snapshots.at(-1).at;
    moments = [...moments, ...fresh].filter(({ time }) => time > latest.time - shownSeconds);
    say(status, describeQueue(snapshots.at(-1)));
    for (const value of page.querySelectorAll("[data-reading]")) {
      value.textContent = formatReading(latest.readings[value.dataset.reading], value.dataset.unit);
    }
    const time = page.querySelector("time");
    if (time !== null) time.textContent = new Date(latest.time * 1_000).toLocaleString();
    for (const plot of plots) plot.draw(moments);
  };
  const sayLost = () => say(status, lostText);
  const { overview: events, state } = page.dataset;
  const after = () => latestAt;
  follow({ events, state, after }, { onEvent: showSnapshots, onGone: sayLost, onLost: sayLost });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of plots) plot.recolour();
  });
}

/** Speaks to screen readers, so only when there is something new. */
function say(status, text) {
  if (status.textContent !== text) status.textContent = text;
}

function createPlot(section) {
  const unit = section.dataset.plot;
  const lines = [...section.querySelectorAll("[data-reading]")].map((value) => ({
    name: value.dataset.reading,
    row: value.parentElement,
    swatch: value.parentElement.querySelector(".swatch"),
  }));
  const none = section.querySelector("[data-none]");
  const canvas = section.querySelector(".canvas");
  const plot = new uPlot(
    {
      width: canvas.clientWidth,
      height,
      // On the right half of a time of day, which may stand at the end of its axis.
      padding: [10, 28, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_, __, latest) => [latest - shownSeconds, latest] },
        y: { range: (_, __, most) => [0, Math.max(unit === "seconds" ? 0.1 : 4, most * 1.1)] },
      },
      axes: [
        axis({ size: 26, space: 70, values: (_, splits) => splits.map(formatClock) }),
        axis({
          // As wide as "1 min 30 s" with its gap.
          size: 72,
          incrs: axisSteps[unit],
          values: (_, splits) => splits.map((value) => formatReading(value, unit)),
        }),
      ],
      series: [
        {},
        ...lines.map(({ swatch }) => ({
          stroke: () => getComputedStyle(swatch).color,
          width: 2,
          points: { show: false },
        })),
      ],
    },
    [[], ...lines.map(() => [])],
    canvas,
  );
  new ResizeObserver(() => plot.setSize({ width: canvas.clientWidth, height })).observe(canvas);

  return {
    draw(moments) {
      const columns = lines.map(({ name }) => moments.map(({ readings }) => readings[name]));
      if (none !== null) {
        lines.forEach(({ row }, i) => {
          row.hidden = !columns[i].some((value) => value > 0);
        });
        none.hidden = lines.some(({ row }) => !row.hidden);
      }
      // A line of a class that never occurred would hide the axis.
      const drawn = columns.map((column, i) =>
        lines[i].row.hidden ? column.map(() => null) : column,
      );
      plot.setData([moments.map(({ time }) => time), ...drawn]);
    },
    recolour: () => plot.redraw(false),
  };
}

function formatClock(seconds) {
  return new Date(seconds * 1_000).toLocaleTimeString([], { timeStyle: "short" });
}

function axis(options) {
  const colour = (name) => () => getComputedStyle(document.body).getPropertyValue(name);
  return {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    ...options,
  };
}
