import { html } from "hono/html";
import type { ParameterizedContext } from "koa";
import { paths } from "../../contract/paths.ts";
import type { Problem } from "../http/error-responses.ts";
import type { Resend, RouteState } from "../http/route.ts";
import { type Attempted, describeError } from "./error-words.ts";
import { fileAction } from "./file-form.ts";
import { renderPage, type Site } from "./layout.ts";
import { siteFor } from "./public-site.ts";
import { keepSecret, leaveUnlisted } from "./secret-address.ts";
import { renderText } from "./shown-text.ts";

/** Statuses that may be gone the next time. */
const passing: ReadonlySet<number> = new Set([429, 500, 503]);
/** Those after which a page that was only read loads itself anew. */
const reloaded: ReadonlySet<number> = new Set([429, 503]);
const readMethods: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** The page of an error for people, as an answer that has its status and headers already. */
export function showError(
  ctx: ParameterizedContext,
  problem: Problem,
  { resend, visitor }: Pick<RouteState, "resend" | "visitor">,
): Promise<string> {
  const form = resend?.back ?? resend?.action ?? formOf(ctx.path);
  if (resend === undefined) keepSecret(ctx);
  else leaveUnlisted(ctx);
  return renderErrorPage(problem, {
    resend,
    attempted: attemptedBy(ctx, resend),
    retryAfter: retryAfterOf(ctx),
    site: siteFor(visitor),
    ...(visitor.purposes.includes("submit") && { back: [form, "Back to the form"] }),
  });
}

/** Seconds after which the page of an answer's error loads itself anew, if it does. */
export function retryAfterOf(ctx: ParameterizedContext): number | undefined {
  const isReloaded = readMethods.has(ctx.method) && reloaded.has(ctx.status);
  const seconds = ctx.response.get("Retry-After");
  return isReloaded && seconds !== "" ? Number(seconds) : undefined;
}

/** Where the file for a task is sent. */
const filePath = new RegExp(`^(${paths.tasks}/[^/]+)/${fileAction}$`);

function formOf(path: string): string {
  return filePath.exec(path)?.[1] ?? paths.form;
}

function attemptedBy(ctx: ParameterizedContext, resend: Resend | undefined): Attempted {
  const { method, path } = ctx;
  if (method === "POST" && path.startsWith(`${paths.batches}/`)) return "batch";
  if (resend !== undefined) return "submission";
  if (method === "POST" && filePath.test(path)) return "file";
  if (method === "POST" && path.startsWith(`${paths.tasks}/`)) return "unread submission";
  if (!path.startsWith(`${paths.jobs}/`)) return "other";
  return method === "POST" ? "action" : "job";
}

export interface Circumstances {
  readonly resend: Resend | undefined;
  readonly attempted: Attempted;
  /** Seconds after which it loads itself anew, if it does. */
  readonly retryAfter: number | undefined;
  /** What the page belongs to; the public pages if not given. */
  readonly site?: Site;
  /** Where to go from here, if there is anything for who looks at it. */
  readonly back?: readonly [path: string, text: string];
}

/** The page of an error. A form that could not be queued now can be sent again from here. */
export function renderErrorPage(
  problem: Problem,
  { resend, attempted, retryAfter, site, back }: Circumstances,
): Promise<string> {
  const { status } = problem;
  const { title, text } = describeError(problem, attempted);
  return renderPage(
    {
      title,
      refreshSeconds: retryAfter,
      assets: [retryAfter === undefined ? "sending.js" : "retry.js"],
      site,
    },
    html`<main${retryAfter === undefined ? "" : html` data-retry-after="${retryAfter}"`}>
      <section class="panel">
        <h1>${title} <span class="pill bad">${status}</span></h1>
        <p role="alert">${renderText(text)}</p>
        ${
          resend !== undefined &&
          passing.has(status) &&
          html`<form method="post" action="${resend.action}">
            ${[...resend.fields].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
            <button type="submit">Try again</button>
            <p role="status" class="sending"></p>
          </form>`
        }
        ${back !== undefined && html`<p><a href="${back[0]}">${back[1]}</a></p>`}
      </section>
    </main>`,
  );
}
