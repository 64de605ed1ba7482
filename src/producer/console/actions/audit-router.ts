import Router from "@koa/router";
import { actions } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { type AuditEntry, type AuditFilter, isEntryId } from "../../../queue/audit.ts";
import { RequestError } from "../../http/errors.ts";
import type { ConsoleState } from "../login.ts";
import { createConsoleSite } from "../site.ts";
import { wantsPage } from "../wants-page.ts";
import { renderAuditPage } from "./audit-page.ts";
import type { AuditTrail } from "./audit-trail.ts";

/** Entries on a page. */
const shown = 50;
const longestValue = 300;
const parameters = ["by", "on", "target", "action", "before"] as const;

/** Who did what, as a page or as JSON for programs. */
export function createAuditRouter(audit: Pick<AuditTrail, "read">): Router<ConsoleState> {
  const router = new Router<ConsoleState>({ sensitive: true });
  router.get(consolePaths.audit, async function listActs(ctx) {
    ctx.set("Cache-Control", "no-store");
    const { before, ...filter } = readQuery(ctx.URL.searchParams);
    const page = await audit.read({ filter, before, count: shown });
    if (!wantsPage(ctx)) {
      ctx.body = { entries: page.entries.map(tellEntry), before: page.before ?? null };
      return;
    }
    ctx.body = await renderAuditPage(page, {
      filter,
      isFirst: before === undefined,
      site: createConsoleSite(ctx.state.operator),
    });
    ctx.type = "html";
  });
  return router;
}

/** Parameters without a value, as forms send them, say nothing. */
function readQuery(query: URLSearchParams): AuditFilter & { readonly before?: string } {
  const unknown = [...query.keys()].find((name) => !parameters.some((one) => one === name));
  if (unknown !== undefined) {
    throw new RequestError(
      422,
      `"${unknown}" is unknown, expected some of: ${parameters.join(", ")}`,
    );
  }
  const given = parameters.flatMap((name) => {
    const value = query.get(name) ?? "";
    if (value.length > longestValue) {
      throw new RequestError(422, `"${name}" is longer than ${longestValue} characters`);
    }
    return value === "" ? [] : [[name, value] as const];
  });
  const asked: AuditFilter & { readonly before?: string } = Object.fromEntries(given);
  if (asked.on !== undefined && !Object.hasOwn(actions, asked.on)) {
    const known = Object.keys(actions).join(", ");
    throw new RequestError(422, `"on" is "${asked.on}", expected one of: ${known}`);
  }
  if (asked.before !== undefined && !isEntryId(asked.before)) {
    throw new RequestError(422, `"before" is "${asked.before}", expected an entry's id`);
  }
  return asked;
}

function tellEntry({ id, at, end, reason, ...act }: AuditEntry) {
  return {
    id,
    at: new Date(at).toISOString(),
    ...act,
    reason: reason ?? null,
    outcome: end?.outcome ?? null,
    detail: end?.detail ?? null,
  };
}
