import type { ParameterizedContext } from "koa";
import { z } from "zod";
import { auditLimits } from "../../../contract/actions.ts";
import { clientOf } from "../../../service/client-address.ts";
import { readForm, readJson } from "../../http/body.ts";
import { RequestError } from "../../http/errors.ts";
import type { ConsoleState } from "../login.ts";
import type { Actor, Order } from "./action.ts";

const yes = z.union([z.boolean(), z.literal("true").transform(() => true)]);

/** Why somebody asks for something. */
export const reasonText = z.string().optional().meta({
  description: "Why, for the audit; kept without spaces around it.",
  maxLength: auditLimits.reason,
});

/** What an order may say. */
export const orderBody = z
  .strictObject({
    reason: reasonText,
    evenIfSucceeded: yes.optional().meta({
      description: "Whether a job is retried that has succeeded, so that its result is lost.",
    }),
  })
  .meta({ description: "All of it may be left out, and so may the body." });

/** Who asks. */
export function readActor(ctx: ParameterizedContext<ConsoleState>): Actor {
  return { ...ctx.state.operator, from: clientOf(ctx.ip) };
}

/**
 * What is asked for, by a form, as JSON, or without a body. Throws a `RequestError` for what makes no
 * sense.
 */
export async function readOrder(
  ctx: ParameterizedContext<ConsoleState>,
  target: string,
): Promise<Order> {
  const parsed = orderBody.safeParse(await readBody(ctx));
  if (!parsed.success) {
    throw new RequestError(
      422,
      'the order makes no sense, expected "reason", a text, and "evenIfSucceeded", true or false, or none of them',
    );
  }
  const reason = readReason(parsed.data.reason);
  const { evenIfSucceeded = false } = parsed.data;
  return { target, actor: readActor(ctx), reason, evenIfSucceeded };
}

/**
 * A reason as it is kept: none of spaces alone. Throws a `RequestError` for one that is too long, which
 * was sent at that JSON pointer.
 */
export function readReason(text: string | undefined, pointer = "/reason"): string | undefined {
  const reason = text?.trim() ?? "";
  const characters = Array.from(reason).length;
  if (characters > auditLimits.reason) {
    const detail = `the reason has ${characters} characters, expected ${auditLimits.reason} at most`;
    throw new RequestError(422, detail, { errors: [{ pointer, detail }] });
  }
  return reason === "" ? undefined : reason.toWellFormed();
}

/** What is sent, as a form, as JSON, or nothing; throws a `RequestError` for anything else. */
export async function readBody(ctx: ParameterizedContext): Promise<unknown> {
  const type = ctx.is("urlencoded", "json");
  if (type === null || ctx.request.length === 0) return {};
  if (type === "urlencoded") return Object.fromEntries(await readForm(ctx));
  return readJson(ctx);
}
