import type { ParameterizedContext } from "koa";
import { z } from "zod";
import { auditLimits } from "../../../contract/actions.ts";
import { clientOf } from "../../../service/client-address.ts";
import { readForm, readJson } from "../../http/body.ts";
import { RequestError } from "../../http/errors.ts";
import type { ConsoleState } from "../login.ts";
import type { Actor, Order } from "./action.ts";

const yes = z.union([z.boolean(), z.literal("true").transform(() => true)]);

const schema = z.strictObject({
  reason: z.string().optional(),
  evenIfSucceeded: yes.optional(),
});

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
  const parsed = schema.safeParse(await readBody(ctx));
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
