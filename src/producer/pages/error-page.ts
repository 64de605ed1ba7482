import { html } from "hono/html";
import type { ParameterizedContext } from "koa";
import { paths } from "../../contract/paths.ts";
import type { Problem } from "../http/error-responses.ts";
import type { Resend } from "../http/route.ts";
import { type Attempted, describeError } from "./error-words.ts";
import { renderPage } from "./layout.ts";
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
  resend: Resend | undefined,
): Promise<string> {
  const { status } = problem;
  if (resend === undefined) keepSecret(ctx);
  else leaveUnlisted(ctx);
  const isReloaded = readMethods.has(ctx.method) && reloaded.has(status);
  const seconds = ctx.response.get("Retry-After");
  return renderErrorPage(problem, {
    resend,
    attempted: attemptedBy(ctx, resend),
    retryAfter: isReloaded && seconds !== "" ? Number(seconds) : undefined,
  });
}

function attemptedBy(ctx: ParameterizedContext, resend: Resend | undefined): Attempted {
  const { method, path } = ctx;
  if (resend !== undefined) return "submission";
  if (method === "POST" && path.startsWith(`${paths.tasks}/`)) return "unread submission";
  if (!path.startsWith(`${paths.jobs}/`)) return "other";
  return method === "POST" ? "action" : "job";
}

interface Circumstances {
  readonly resend: Resend | undefined;
  readonly attempted: Attempted;
  readonly retryAfter: number | undefined;
}

/** A form that could not be queued now can be sent again from here. */
function renderErrorPage(
  problem: Problem,
  { resend, attempted, retryAfter }: Circumstances,
): Promise<string> {
  const { status } = problem;
  const { title, text } = describeError(problem, attempted);
  return renderPage(
    {
      title,
      refreshSeconds: retryAfter,
      assets: [retryAfter === undefined ? "sending.js" : "retry.js"],
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
        <p><a href="${resend?.back ?? resend?.action ?? paths.form}">Back to the form</a></p>
      </section>
    </main>`,
  );
}
