import type { PublicAccess } from "../../contract/public-access.ts";
import type { Role, TokenRole } from "../../contract/roles.ts";

/**
 * What a route of the public listener is for: to submit, which forms are part of; to cancel; to read a
 * job in the API, or on its page; to see the figures of everybody; or to be had by anybody.
 */
export type Purpose = "submit" | "cancel" | "job" | "job page" | "figures" | "anybody";

/** What somebody may do on the public listener. */
export interface Rights {
  /** The routes that they may ask for. */
  readonly purposes: readonly Purpose[];
  /** Jobs that they are told of: their own, or whichever they know the id of. */
  readonly sees: "own" | "known";
  /** The jobs that they may cancel, if any. */
  readonly cancels: "own" | "any";
  /** Whether they are told who has submitted the jobs of others. */
  readonly knowsSubmitters?: true;
}

const all = ["submit", "cancel", "job", "job page", "figures", "anybody"] as const;
const looking = ["job", "job page", "figures", "anybody"] as const;

/** Of those who have no name. */
export const strangersRights: Readonly<Record<PublicAccess, Rights>> = {
  open: { purposes: all, sees: "known", cancels: "own" },
  "signed-in": { purposes: ["anybody"], sees: "known", cancels: "own" },
  off: { purposes: ["job page", "anybody"], sees: "known", cancels: "own" },
};

/** Of those who have signed in; what they may do in the console is another matter. */
export const peoplesRights: Readonly<Record<Role, Rights>> = {
  viewer: { purposes: all, sees: "known", cancels: "own", knowsSubmitters: true },
  operator: { purposes: all, sees: "known", cancels: "any", knowsSubmitters: true },
};

/** Of programs, by their tokens. */
export const tokensRights: Readonly<Record<TokenRole, Rights>> = {
  submit: { purposes: all, sees: "own", cancels: "own" },
  view: { purposes: looking, sees: "known", cancels: "own", knowsSubmitters: true },
  operate: { purposes: all, sees: "known", cancels: "any", knowsSubmitters: true },
};

/** What a token's role is on the operators' listener; nothing for one that submits alone. */
export const rolesOfTokens: Readonly<Record<TokenRole, Role | undefined>> = {
  submit: undefined,
  view: "viewer",
  operate: "operator",
};
