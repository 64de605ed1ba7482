/** A plot's numbers for those who do not see it, step by step. */

/**
 * Fills a `details` element while it is open, and anew only after each step: whoever reads a table
 * does not want it replaced under way.
 */
export function createTable(details, stepSeconds) {
  let latest = [];
  let columns = [];
  let shown;

  const fill = () => {
    const key = [Math.floor((latest.at(-1)?.time ?? 0) / stepSeconds), ...labels()].join(" ");
    if (!details.open || shown === key) return;
    shown = key;
    details.querySelector("table")?.remove();
    details.append(createElement("table", [createHead(), createBody()]));
  };
  const labels = () => columns.map(({ label }) => label);
  const createHead = () =>
    createElement("thead", [
      createElement(
        "tr",
        ["Time", ...labels()].map((text) => createHeader("col", text)),
      ),
    ]);
  const createBody = () =>
    createElement(
      "tbody",
      everyStep(latest, stepSeconds).map(({ time, readings }) =>
        createElement("tr", [
          createHeader("row", new Date(time * 1_000).toLocaleTimeString([], { hourCycle: "h23" })),
          ...columns.map(({ tell }) => createElement("td", [tell(readings)])),
        ]),
      ),
    );
  details.addEventListener("toggle", fill);

  return {
    /**
     * @param {{ time: number, readings: object }[]} moments the oldest first
     * @param {{ label: string, tell: (readings: object) => string }[]} lines
     */
    show(moments, lines) {
      latest = moments;
      columns = lines;
      details.hidden = lines.length === 0;
      fill();
    },
  };
}

/** The latest, and back from there the last of each step before. */
function everyStep(moments, stepSeconds) {
  const found = [];
  for (const moment of moments.toReversed()) {
    if (found.length === 0 || moment.time <= found[0].time - found.length * stepSeconds) {
      found.push(moment);
    }
  }
  return found;
}

function createHeader(scope, text) {
  const header = createElement("th", [text]);
  header.scope = scope;
  return header;
}

function createElement(name, children) {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}
