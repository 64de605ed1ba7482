import type { Registry } from "prom-client";

/** A registry's metrics at one moment, as prom-client gives them. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

type Family = Snapshot[number];

/** What prom-client gives, more than it declares. */
interface Sample {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly metricName?: string;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, string>>;
    readonly value: number;
    readonly timestamp: number;
  } | null;
}

/** As Prometheus' text format, which has no place for exemplars. */
export function renderText(snapshot: Snapshot): string {
  const lines = snapshot.flatMap((family) => {
    const name = sampleNameOf(family);
    return [
      `# HELP ${name} ${escapeLines(family.help)}`,
      `# TYPE ${name} ${family.type}`,
      ...samplesOf(family).map((sample) => renderSample(name, sample)),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** As OpenMetrics 1.0, where a counter's family is without the `_total` of its samples. */
export function renderOpenMetrics(snapshot: Snapshot): string {
  const lines = snapshot.flatMap((family) => {
    const name = sampleNameOf(family);
    const familyName = isCounter(family) ? name.replace(/_total$/, "") : name;
    return [
      `# HELP ${familyName} ${escapeText(family.help)}`,
      `# TYPE ${familyName} ${family.type}`,
      ...samplesOf(family).map((sample) => renderSample(name, sample) + renderExemplar(sample)),
    ];
  });
  return `${lines.join("\n")}\n# EOF\n`;
}

function samplesOf({ values }: Family): readonly Sample[] {
  return values;
}

/** Also where prom-client has once rendered the registry, which takes the `_total` away. */
function sampleNameOf(family: Family): string {
  return isCounter(family) ? `${family.name.replace(/_total$/, "")}_total` : family.name;
}

/** The type is a word; prom-client declares numbers. */
function isCounter({ type }: Family): boolean {
  return String(type) === "counter";
}

function renderSample(name: string, { metricName = name, labels, value }: Sample): string {
  return `${metricName}${renderLabels(labels)} ${renderNumber(value)}`;
}

function renderExemplar({ exemplar }: Sample): string {
  if (exemplar == null) return "";
  const { labelSet, value, timestamp } = exemplar;
  return ` # ${renderLabels(labelSet) || "{}"} ${renderNumber(value)} ${timestamp}`;
}

function renderLabels(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escapeText(String(value))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function renderNumber(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeText(text: string): string {
  return escapeLines(text).replaceAll('"', String.raw`\"`);
}

function escapeLines(text: string): string {
  return text.replaceAll("\\", String.raw`\\`).replaceAll("\n", String.raw`\n`);
}
