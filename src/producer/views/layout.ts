import { html, raw } from "hono/html";

export type Markup = ReturnType<typeof html>;

/** Seconds after which a page without JavaScript asks again. */
const refreshSeconds = 2;

/** A whole page. `refresh` makes it load itself anew where there is no JavaScript. */
export async function renderPage(
  { title, refresh = false }: { title: string; refresh?: boolean },
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
        <link rel="stylesheet" href="/assets/style.css" />
        <script type="module" src="/assets/status.js"></script>
        ${refresh && reload}
      </head>
      <body>
        <header><a href="/">Tripod</a> <span>task queue</span></header>
        ${main}
      </body>
    </html> `;
  return page.toString();
}

/** An instant, as the reader's clock would say it: the browser's module turns it into local time. */
export function renderTime(iso: string | undefined): Markup | string {
  if (iso === undefined) return "–";
  return html`<time datetime="${iso}">${iso.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>`;
}
