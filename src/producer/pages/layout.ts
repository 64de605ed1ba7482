import { html, raw } from "hono/html";
import { paths } from "../../contract/paths.ts";
import { assetPath } from "./asset-files.ts";
import type { Tone } from "./tone.ts";

export type Markup = ReturnType<typeof html>;

/** Seconds after which a page of what goes on asks again, where there is no JavaScript. */
export const refreshSeconds = 2;

/** What a page says of itself. */
export interface PageHead {
  readonly title: string;
  readonly description?: string;
  /** Where it is, if the navigation leads there. */
  readonly path?: string;
  /** Seconds after which it loads itself anew where there is no JavaScript. */
  readonly refreshSeconds?: number | undefined;
  /** What the icon of its tab says. */
  readonly tone?: Tone;
  /** The modules and style sheets that only this page needs. */
  readonly assets?: readonly string[];
  /** What it belongs to; the public pages if not given. */
  readonly site?: Site | undefined;
}

/** Where the top of each of its pages leads to. */
export interface Site {
  readonly home: string;
  readonly navigation: readonly (readonly [path: string, text: string])[];
  /** Who looks at it, and how to leave. */
  readonly account?: Markup;
  /** What was done just now. */
  readonly notice?: string;
}

/** The public pages as strangers see them who may do all that there is. */
export const publicSite: Site = {
  home: paths.form,
  navigation: [
    [paths.form, "Submit"],
    [paths.overview, "Overview"],
    [paths.openapi, "API"],
  ],
};

const everywhere = ["style.css", "times.js", "copies.js"] as const;

const about = "A task queue: submit work, and watch it from the click to the result.";

/** A whole page. */
export async function renderPage(
  {
    title,
    description = about,
    path,
    refreshSeconds: seconds,
    tone,
    assets = [],
    site = publicSite,
  }: PageHead,
  main: Markup,
): Promise<string> {
  const reload = html`<noscript><meta http-equiv="refresh" content="${seconds}" /></noscript>`;
  const page = await html`${raw("<!doctype html>")}
    <html lang="en" data-now="${Date.now()}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1c1c1a" />
        <title>${title} · Tripod</title>
        <meta name="description" content="${description}" />
        <meta property="og:title" content="${title}" />
        <meta property="og:description" content="${description}" />
        <meta property="og:type" content="website" />
        <meta property="og:site_name" content="Tripod" />
        <link
          rel="icon"
          href="${assetPath(tone === undefined ? "icon.svg" : `icon-${tone}.svg`)}"
          type="image/svg+xml"
        />
        ${[...everywhere, ...assets].map(renderAsset)} ${seconds !== undefined && reload}
      </head>
      <body>
        <header>
          <a class="brand" href="${site.home}">Tripod</a>
          <nav aria-label="Tripod">
            ${site.navigation.map(([to, text]) => html`<a href="${to}" ${to === path ? html` aria-current="page"` : ""}>${text}</a>`)}
          </nav>
          ${site.account ?? ""}
        </header>
        ${site.notice !== undefined && html`<p role="status" class="notice">${site.notice}</p>`}
        ${main}
      </body>
    </html> `;
  return page.toString();
}

function renderAsset(name: string): Markup {
  return name.endsWith(".css")
    ? html`<link rel="stylesheet" href="${assetPath(name)}" />`
    : html`<script type="module" src="${assetPath(name)}"></script>`;
}

/**
 * An instant, which the browser's module tells as so long ago, or from now, with its exact time in
 * the title.
 */
export function renderTime(iso: string | undefined): Markup | string {
  if (iso === undefined) return "–";
  return html`<time datetime="${iso}">${sayUtc(iso)}</time>`;
}

/** An instant in full: where it is spoken as it changes, or compared. */
export function renderExactTime(iso: string | undefined): Markup | string {
  if (iso === undefined) return "–";
  return html`<time datetime="${iso}" data-exact>${sayUtc(iso)}</time>`;
}

/** The same, where its day is told already. */
export function renderTimeOfDay(iso: string): Markup {
  const [, time = iso] = /T(.*?)(?:\.\d+)?Z$/.exec(iso) ?? [];
  return html`<time datetime="${iso}" data-of-day>${time}</time>`;
}

function sayUtc(iso: string): string {
  return iso.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}
