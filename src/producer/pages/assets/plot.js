/** One plot of an overview: lines over its time, and the numbers beside it. */
import { axisSteps, formatReading } from "./readings.js";
import { createTable } from "./plot-table.js";
import uPlot from "./uplot.js";

/** What a plot shows, and in what steps its table tells it. */
export const tenMinutes = { shownSeconds: 600, tableSeconds: 60 };
export const day = { shownSeconds: 86_400, tableSeconds: 300 };

/** All in rem, so that they grow with the reader's text. */
const height = 11.25;
const fontSize = 0.75;
const between = { times: 4.5, numbers: 2.25 };
const top = 0.625;
/** Half of a time of day, which may stand at either end of its axis. */
const side = 1.75;

/** Takes a section as the server writes it; all plots have one cursor. */
export function createPlot(section, { shownSeconds, tableSeconds }) {
  const unit = section.dataset.plot;
  const lines = [...section.querySelectorAll("[data-reading]")].map((value) => ({
    name: value.dataset.reading,
    label: value.parentElement.querySelector("dt").textContent.trim(),
    value,
    row: value.parentElement,
    swatch: value.parentElement.querySelector(".swatch"),
  }));
  const none = section.querySelector("[data-none]");
  const moment = section.querySelector("[data-moment]");
  const canvas = section.querySelector(".canvas");
  const table = createTable(section.querySelector("details"), tableSeconds);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  let moments = [];

  /** Those of the cursor's place, or the latest; before any has come, the server's stay. */
  const showNumbers = (plot) => {
    if (moments.length === 0) return;
    const { left } = plot.cursor;
    const pointed = left >= 0 ? moments[plot.posToIdx(left)] : undefined;
    const { readings } = pointed ?? moments.at(-1);
    moment.textContent = pointed === undefined ? "" : `at ${formatSecond(pointed.time)}`;
    for (const { name, value } of lines) value.textContent = formatReading(readings[name], unit);
  };
  const axis = (options) => ({
    stroke: () => getComputedStyle(canvas).color,
    grid: { stroke: () => getComputedStyle(canvas).borderTopColor, width: 1 },
    ticks: { show: false },
    font: `${fontSize * rem}px system-ui, sans-serif`,
    ...options,
  });
  const plot = new uPlot(
    {
      width: canvas.clientWidth,
      height: height * rem,
      padding: [top * rem, side * rem, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
        sync: { key: "overview", setSeries: false },
      },
      scales: {
        x: { range: (_, __, latest) => [latest - shownSeconds, latest] },
        y: { range: (_, __, most) => [0, Math.max(unit === "seconds" ? 0.1 : 4, most * 1.1)] },
      },
      axes: [
        axis({
          size: (fontSize + 0.875) * rem,
          space: between.times * rem,
          values: (_, splits) => splits.map(formatMinute),
        }),
        axis({
          size: (...asked) => Math.max(side * rem, measure(...asked)),
          space: between.numbers * rem,
          incrs: axisSteps[unit],
          values: (_, splits) => splits.map((value) => formatReading(value, unit)),
        }),
      ],
      series: [
        {},
        ...lines.map(({ swatch }) => ({
          stroke: () => getComputedStyle(swatch).color,
          width: 2,
          dash: swatch.dataset.dash === "" ? undefined : swatch.dataset.dash.split(" ").map(Number),
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [showNumbers] },
    },
    [[], ...lines.map(() => [])],
    canvas,
  );
  new ResizeObserver(() =>
    plot.setSize({ width: canvas.clientWidth, height: height * rem }),
  ).observe(canvas);

  return {
    draw(latest) {
      moments = latest;
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
      showNumbers(plot);
      table.show(
        moments,
        lines
          .filter(({ row }) => !row.hidden)
          .map(({ name, label }) => ({
            label,
            tell: (readings) => formatReading(readings[name], unit),
          })),
      );
    },
    recolour: () => plot.redraw(false),
  };
}

/** What changes colours that a canvas does not follow by itself. */
const lights = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print"];

/** Has the plots take the colours of the page whenever those change. */
export function followLight(plots) {
  for (const light of lights) {
    matchMedia(light).addEventListener("change", () => {
      for (const plot of plots) plot.recolour();
    });
  }
}

/** As wide as the longest number of an axis, with its gap, in pixels of the page. */
function measure(plot, values, index, round) {
  const { _size: size, gap, font } = plot.axes[index];
  // It would go on and on where a wider axis leaves room for other numbers.
  if (round > 1) return size;
  plot.ctx.font = font[0];
  const widths = (values ?? []).map((text) => plot.ctx.measureText(text).width);
  return Math.ceil(Math.max(0, ...widths) / uPlot.pxRatio + gap);
}

function formatMinute(seconds) {
  return new Date(seconds * 1_000).toLocaleTimeString([], { timeStyle: "short", hourCycle: "h23" });
}

function formatSecond(seconds) {
  return new Date(seconds * 1_000).toLocaleTimeString([], {
    timeStyle: "medium",
    hourCycle: "h23",
  });
}
