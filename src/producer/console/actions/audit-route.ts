import { actions } from "../../../contract/actions.ts";
import { consolePaths } from "../../../contract/paths.ts";
import { type AuditFilter, entryIdPattern, isEntryId } from "../../../queue/audit.ts";
import { RequestError } from "../../http/errors.ts";
import { describeComponent } from "../../http/components.ts";
import { json, problem, refer } from "../../http/operation.ts";
import type { ConsoleContext, ConsoleRoute } from "../route.ts";
import { createConsoleSite } from "../site.ts";
import { wantsPage } from "../wants-page.ts";
import { tellAudit, toldAudit } from "./audit-json.ts";
import { renderAuditPage } from "./audit-page.ts";
import type { AuditTrail } from "./audit-trail.ts";

/** Entries on a page. */
const shown = 50;
const longestValue = 300;
const parameters = ["by", "on", "target", "action", "before"] as const;
const text = { type: "string", maxLength: longestValue };
const meanings = {
  by: { description: "Only what this one asked for.", schema: text },
  on: {
    description: "Only what was done to such.",
    schema: { type: "string", enum: Object.keys(actions) },
  },
  target: { description: "Only what was done to that one.", schema: text },
  action: { description: "Only this action.", schema: text },
  before: {
    description: "Only what was before this entry.",
    schema: { type: "string", pattern: entryIdPattern.source },
  },
} as const satisfies Record<(typeof parameters)[number], object>;

/** Who did what, as a page or as JSON for programs. */
export function createAuditRoute(audit: Pick<AuditTrail, "read">): ConsoleRoute {
  const listActs = async (ctx: ConsoleContext) => {
    ctx.set("Cache-Control", "no-store");
    const { before, ...filter } = readQuery(ctx.URL.searchParams);
    const page = await audit.read({ filter, before, count: shown });
    if (!wantsPage(ctx)) {
      ctx.body = tellAudit(page);
      return;
    }
    ctx.body = await renderAuditPage(page, {
      filter,
      isFirst: before === undefined,
      site: createConsoleSite(ctx.state.operator),
    });
    ctx.type = "html";
  };
  return {
    method: "GET",
    paths: [consolePaths.audit, consolePaths.api.audit],
    handle: listActs,
    operation: {
      operationId: "listActs",
      tags: ["audit"],
      summary: "Who did what.",
      description: `The latest first, ${shown} at once.`,
      parameters: parameters.map((name) => ({ name, in: "query", ...meanings[name] })),
      components: describeComponent("AuditPage", toldAudit),
      responses: {
        200: json("A page of it.", refer("AuditPage")),
        422: problem("A parameter is unknown or makes no sense; the detail says which."),
      },
    },
  };
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
