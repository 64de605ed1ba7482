import { html, raw } from "hono/html";
import { paths } from "../../contract/paths.ts";
import { createBucketReadings, formatReading } from "../pages/assets/readings.js";
import { renderExactTime, renderPage, type Site } from "../pages/layout.ts";
import type { OverviewBucket } from "./bucket.ts";
import { renderHours, summarizeDay } from "./hours.ts";
import { classes, renderPlots } from "./plots.ts";
import { renderRanges } from "./ranges.ts";

/** A bucket is five minutes: nothing changes sooner. */
const renewSeconds = 60;

/** The last 24 hours in five minutes each: plots where there is JavaScript, and hour by hour. */
export function renderDayPage(buckets: readonly OverviewBucket[], site?: Site): Promise<string> {
  const readings = createBucketReadings(buckets.at(-1), classes);
  const { succeeded, failed } = summarizeDay(buckets);
  return renderPage(
    {
      title: "Overview of 24 hours",
      path: paths.overview,
      refreshSeconds: renewSeconds,
      assets: ["uplot.css", "overview.css", "day.js"],
      site,
    },
    html`<main class="overview wide" data-day="${renewSeconds}" data-classes="${classes.join(" ")}">
      <section class="panel">
        <div class="title">
          <h1>Overview</h1>
          ${renderRanges(paths.overviewDay)}
        </div>
        <p role="status" data-lost></p>
        ${
          buckets.length === 0
            ? html`<p>Nothing is known yet: the first five minutes are told once they are over.</p>`
            : html`<dl class="readings">
                  <div>
                    <dt>Succeeded in 24 hours</dt>
                    <dd>${formatReading(succeeded, "jobs")}</dd>
                  </div>
                  <div>
                    <dt>Failed in 24 hours</dt>
                    <dd>${formatReading(failed, "jobs")}</dd>
                  </div>
                </dl>
                <p class="sub">
                  As of ${renderExactTime(buckets.at(-1)?.at)}, in steps of five minutes; each
                  plot's numbers are the latest.
                </p>`
        }
        <script type="application/json" data-buckets>
          ${raw(asData(buckets))}
        </script>
      </section>
      ${buckets.length > 0 && renderPlots("five minutes", readings)}
      ${
        buckets.length > 0 &&
        html`<section class="panel">
          <h2>Hour by hour</h2>
          ${renderHours(buckets)}
        </section>`
      }
    </main>`,
  );
}

/** JSON that ends no script, whatever is in it. */
function asData(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
