import { html } from "hono/html";
import { paths } from "../../contract/paths.ts";
import type { Problem } from "../http/error-responses.ts";
import type { Resend } from "../http/route.ts";
import { renderPage } from "./layout.ts";

/** Statuses that may be gone the next time. */
const passing: ReadonlySet<number> = new Set([429, 500, 503]);

/** An error for people; a form that could not be queued now can be sent again from here. */
export function renderErrorPage(
  { status, title, detail }: Problem,
  resend: Resend | undefined,
): Promise<string> {
  return renderPage(
    { title },
    html`<main>
      <section>
        <h1>${title} <span class="badge failed">${status}</span></h1>
        <p role="alert">${detail}</p>
        ${
          resend !== undefined &&
          passing.has(status) &&
          html`<form method="post" action="${resend.action}">
            ${[...resend.fields].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
            <button type="submit">Try again</button>
          </form>`
        }
        <p><a href="${resend?.action ?? paths.form}">Back to the form</a></p>
      </section>
    </main>`,
  );
}
