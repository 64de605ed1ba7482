import { html, raw } from "hono/html";
import { paths } from "../../contract/paths.ts";

export type Markup = ReturnType<typeof html>;

/** Seconds after which a page without JavaScript asks again. */
const refreshSeconds = 2;

/**
 * A whole page. `refresh` makes it load itself anew where there is no JavaScript; `assets` names the
 * modules and style sheets that only this page needs.
 */
export async function renderPage(
  {
    title,
    refresh = false,
    assets = [],
  }: { title: string; refresh?: boolean; assets?: readonly string[] },
  main: Markup,
): Promise<string> {
  const reload = html`<noscript
    ><meta http-equiv="refresh" content="${refreshSeconds}"
  /></noscript>`;
  const page = await html`${raw("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Tripod</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        ${["style.css", "status.js", ...assets].map(renderAsset)} ${refresh && reload}
      </head>
      <body>
        <header>
          <a href="/">Tripod</a> <span>task queue</span>
          <nav><a href="${paths.overview}">Overview</a></nav>
        </header>
        ${main}
      </body>
    </html> `;
  return page.toString();
}

function renderAsset(name: string): Markup {
  return name.endsWith(".css")
    ? html`<link rel="stylesheet" href="/assets/${name}" />`
    : html`<script type="module" src="/assets/${name}"></script>`;
}

/** An instant, as the reader's clock would say it: the browser's module turns it into local time. */
export function renderTime(iso: string | undefined): Markup | string {
  if (iso === undefined) return "–";
  return html`<time datetime="${iso}">${iso.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>`;
}
