import type { ParameterizedContext } from "koa";
import type { PublicAccess } from "../../contract/public-access.ts";
import { clientOf } from "../../service/client-address.ts";
import type { SessionCookie } from "../console/session-cookie.ts";
import type { Sessions } from "../console/sessions.ts";
import { isByHand } from "../console/way-in.ts";
import { clientOfName } from "../jobs/submitters.ts";
import { peoplesRights, type Rights, strangersRights, tokensRights } from "./rights.ts";
import type { TokenCheck } from "./token-check.ts";

/** Who sends a request to the public listener. */
export interface Visitor extends Rights {
  /** Among whose jobs theirs are counted. */
  readonly client: string;
  /** What the file of users calls them; `undefined` for a stranger. */
  readonly name: string | undefined;
  /** Whether they have signed in, rather than sent a token. */
  readonly hasSession: boolean;
  /** Whether what let them in still does; rejects where that cannot be told now. */
  holds(): Promise<boolean>;
}

export interface VisitorDeps {
  readonly access: PublicAccess;
  readonly tokens: TokenCheck;
  readonly sessions: Pick<Sessions, "find">;
  readonly cookie: Pick<SessionCookie, "read">;
  /** Whether operators can only look. */
  readonly readOnly: boolean;
}

/** Who shows by nothing who they are. */
export function createStranger(access: PublicAccess, { ip }: ParameterizedContext): Visitor {
  return {
    ...strangersRights[access],
    client: clientOf(ip),
    name: undefined,
    hasSession: false,
    holds: async () => true,
  };
}

/**
 * Returns a function that tells who sends a request: by a token, by a session where there are any, or a
 * stranger. It throws as `TokenCheck` does, and an `UnavailableError` where a session cannot be read.
 */
export function createIdentification({ access, tokens, sessions, cookie, readOnly }: VisitorDeps) {
  const named = (
    { name, hasSession }: { readonly name: string; readonly hasSession: boolean },
    rights: Rights,
    holds: Visitor["holds"],
  ): Visitor => ({
    ...rights,
    hasSession,
    cancels: rights.cancels === "any" && readOnly ? "own" : rights.cancels,
    client: clientOfName(name),
    name,
    holds,
  });
  return async (ctx: ParameterizedContext): Promise<Visitor> => {
    const holder = await tokens.check(ctx);
    if (holder !== undefined) {
      const { name, role } = holder;
      const holds = async () => tokens.holds(ctx, holder);
      return named({ name, hasSession: false }, tokensRights[role], holds);
    }
    const session = access === "signed-in" ? cookie.read(ctx) : undefined;
    const account =
      session === undefined ? undefined : await sessions.find(session, { isUsed: isByHand(ctx) });
    if (session === undefined || account === undefined) return createStranger(access, ctx);
    const { name, role } = account;
    return named({ name, hasSession: true }, peoplesRights[role], async () => {
      const now = await sessions.find(session, { isUsed: false });
      return now?.entry === account.entry;
    });
  };
}
