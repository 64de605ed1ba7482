import { html } from "hono/html";
import { consolePaths } from "../../contract/paths.ts";
import type { Markup } from "./layout.ts";

/** Who has signed in, and how to leave; what they may do shows where the pointer rests, if given. */
export function renderAccount(name: string, role?: string): Markup {
  return html`<form method="post" action="${consolePaths.signOut}" class="account">
    <span${role === undefined ? "" : html` title="${role}"`}>${name}</span>
    <button type="submit" class="quiet">Sign out</button>
  </form>`;
}
