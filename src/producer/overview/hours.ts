import { html } from "hono/html";
import { formatReading } from "../pages/assets/readings.js";
import { type Markup, renderTimeOfDay } from "../pages/layout.ts";
import { bucketMs, type OverviewBucket } from "./bucket.ts";
import { renderScrolledTable } from "./scrolled-table.ts";

/** What is told of an hour; `null` is what nobody knows of any part of it. */
interface Hour {
  /** When it began, or the first of it that is told. */
  readonly from: string;
  readonly succeeded: number | null;
  readonly failed: number | null;
  readonly waiting: number | null;
  /** The longest of its five minutes' 95th percentiles. */
  readonly waitSeconds: number | null;
  readonly workers: number | null;
}

const hourMs = 3_600_000;

const columns = [
  ["succeeded", "Succeeded", "jobs"],
  ["failed", "Failed", "jobs"],
  ["waiting", "Most waiting", "jobs"],
  ["waitSeconds", "Wait, 95 % within", "seconds"],
  ["workers", "Fewest workers", "jobs"],
] as const;

/** The day hour by hour, the latest first, for who has no JavaScript, does not see the plots, or wants sums. */
export function renderHours(buckets: readonly OverviewBucket[]): Markup {
  const rows = summarizeHours(buckets).map(
    (hour) =>
      html`<tr>
        <th scope="row">${renderTimeOfDay(hour.from)}</th>
        ${columns.map(
          ([name, title, unit]) =>
            html`<td data-label="${title}">${formatReading(hour[name], unit)}</td>`,
        )}
      </tr>`,
  );
  const titles = ["From", ...columns.map(([, title]) => title)];
  return renderScrolledTable("Hour by hour", titles, rows);
}

/** All that ended, as far as anybody knows. */
export function summarizeDay(
  buckets: readonly OverviewBucket[],
): Pick<Hour, "succeeded" | "failed"> {
  const ended = buckets.flatMap((bucket) => bucket.ended ?? []);
  return {
    succeeded: sumOf(ended.map(({ succeeded }) => succeeded)),
    failed: sumOf(ended.map(({ failed }) => failed)),
  };
}

/** The latest hour first, by the clock; hours of which nothing is known are left out. */
export function summarizeHours(buckets: readonly OverviewBucket[]): Hour[] {
  const byHour = Map.groupBy(buckets, ({ at }) => Math.floor((Date.parse(at) - bucketMs) / hourMs));
  return [...byHour]
    .toSorted(([a], [b]) => b - a)
    .map(([, those]) => {
      const ended = those.flatMap((bucket) => bucket.ended ?? []);
      const queue = those.flatMap((bucket) => bucket.queue ?? []);
      const waits = ended.flatMap(({ wait_seconds: wait }) => wait?.p95 ?? []);
      const first = Math.min(...those.map(({ at }) => Date.parse(at) - bucketMs));
      return {
        from: new Date(first).toISOString(),
        succeeded: sumOf(ended.map(({ succeeded }) => succeeded)),
        failed: sumOf(ended.map(({ failed }) => failed)),
        waiting: queue.length === 0 ? null : Math.max(...queue.map(({ waiting }) => waiting)),
        waitSeconds: waits.length === 0 ? null : Math.max(...waits),
        workers: queue.length === 0 ? null : Math.min(...queue.map(({ workers }) => workers)),
      };
    });
}

function sumOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((total, number) => total + number, 0);
}
