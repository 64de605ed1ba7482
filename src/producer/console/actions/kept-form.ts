import { randomUUID } from "node:crypto";
import type { Middleware, ParameterizedContext } from "koa";
import { keyField } from "../../../contract/forms.ts";
import { readForm } from "../../http/body.ts";
import { UnavailableError } from "../../http/errors.ts";
import type { ConsoleState } from "../login.ts";
import { isPlaceOfEdit } from "./resubmit-page.ts";

/** A form that makes a job, as it was sent, and the key that it is sent again with. */
interface SentForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly idempotencyKey: string;
}

/**
 * Reads a form that makes a job, and has the page of whatever error comes then offer it to be sent
 * again. Throws as `readForm` does.
 */
export async function readKeptForm(ctx: ParameterizedContext): Promise<SentForm> {
  const fields = await readForm(ctx);
  const idempotencyKey = fields.get(keyField) ?? randomUUID();
  const { state }: { state: Partial<ConsoleState> } = ctx;
  state.resend = { action: ctx.path, fields: new Map(fields).set(keyField, idempotencyKey) };
  return { fields, idempotencyKey };
}

/**
 * Keeps such a form where Redis is away before anybody has read it, as the login or the look at Redis
 * tells: what was typed must not be lost.
 */
export function keepUnreadForm(): Middleware {
  return async function keepForm(ctx, next) {
    try {
      await next();
    } catch (error) {
      const isUnread = error instanceof UnavailableError && !("resend" in ctx.state);
      const isForm = ctx.method === "POST" && isPlaceOfEdit(ctx.path);
      // A form that cannot be read is not what went wrong first.
      if (isUnread && isForm) await readKeptForm(ctx).catch(() => undefined);
      throw error;
    }
  };
}
