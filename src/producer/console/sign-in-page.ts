import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import { renderPage } from "../pages/layout.ts";
import { strangersSite } from "./site.ts";

export interface SignInForm {
  /** What for, in a sentence. */
  readonly about: string;
  /** Where to go then. */
  readonly next: string;
  /** As it was sent. */
  readonly name?: string;
  /** Why nobody was signed in, in a sentence. */
  readonly problem?: string;
}

/** The page that people sign in on. */
export function renderSignInPage({ about, next, name = "", problem }: SignInForm): Promise<string> {
  return renderPage(
    {
      title: problem === undefined ? "Sign in" : "Error: Sign in",
      description: about,
      site: strangersSite,
    },
    html`<main>
      <section class="panel">
        <h1>Sign in</h1>
        ${
          problem !== undefined &&
          html`<div role="alert" class="refusal"><p id="problem">${problem}</p></div>`
        }
        <form method="post" action="${consolePaths.signIn}">
          <input type="hidden" name="next" value="${next}" />
          <div class="field">
            <label for="name">Name</label>
            <input
              id="name"
              name="name"
              value="${name}"
              autocomplete="username"
              autocapitalize="none"
              spellcheck="false"
              required
              ${problem === undefined ? "autofocus" : ""}
            />
          </div>
          <div class="field">
            <label for="password">Password</label>
            <input
              id="password"
              name="password"
              type="password"
              autocomplete="current-password"
              required
              ${problem === undefined ? "" : "autofocus"}
            />
          </div>
          <button type="submit">Sign in</button>
        </form>
      </section>
    </main>`,
  );
}

/** Leads on to the sign-in page from a page of this site, which a browser shows who it is. */
export function renderWayIn(signIn: string): Promise<string> {
  return renderPage(
    { title: "Sign in", site: strangersSite },
    html`<main>
      <section class="panel">
        <h1>Sign in</h1>
        <p><a href="${signIn}">Go on to this page</a></p>
      </section>
    </main>`,
  );
}
