/** How metrics are told to a scraper. */
export interface MetricsFormat {
  readonly kind: "text" | "openmetrics";
  readonly contentType: string;
}

/** What a scraper that says nothing, or nothing that we have, can read. */
const text: MetricsFormat = {
  kind: "text",
  contentType: "text/plain; version=0.0.4; charset=utf-8",
};

/** Schemes that leave our names as they are; the fourth, `dots`, would double their underscores. */
const schemes = ["allow-utf-8", "underscores", "values"];

/** The format that a scraper's `Accept` prefers, among text 0.0.4 and 1.0.0, and OpenMetrics 1.0.0. */
export function chooseFormat(accept: string | undefined): MetricsFormat {
  return (
    (accept ?? "")
      .split(",")
      .map(readRange)
      .filter(({ quality }) => quality > 0)
      // Stable, so that the first of two alike wins.
      .toSorted((a, b) => b.quality - a.quality)
      .map(formatOf)
      .find((format) => format !== undefined) ?? text
  );
}

interface Range {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

function readRange(range: string): Range {
  const [type = "", ...rest] = range.split(";").map((part) => part.trim().toLowerCase());
  const parameters = Object.fromEntries(
    rest.map((pair) => {
      const [name = "", value = ""] = pair.split("=").map((part) => part.trim());
      return [name, value.replaceAll('"', "")];
    }),
  );
  const quality = Number(parameters["q"] ?? 1);
  return { type, parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

function formatOf({ type, parameters }: Range): MetricsFormat | undefined {
  const { version, escaping } = parameters;
  switch (type) {
    case "application/openmetrics-text":
      if (version !== undefined && version !== "1.0.0") return undefined;
      return {
        kind: "openmetrics",
        contentType: `${type}; version=1.0.0; charset=utf-8${renderEscaping(escaping)}`,
      };
    case "text/plain":
      if (version === "1.0.0") {
        return {
          kind: "text",
          contentType: `${type}; version=1.0.0; charset=utf-8${renderEscaping(escaping)}`,
        };
      }
      return version === undefined || version === "0.0.4" ? text : undefined;
    case "text/*":
    case "*/*":
      return text;
    default:
      return undefined;
  }
}

function renderEscaping(asked: string | undefined): string {
  if (asked === undefined) return "";
  return `; escaping=${schemes.includes(asked) ? asked : "underscores"}`;
}
