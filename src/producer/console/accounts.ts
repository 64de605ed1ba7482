import { createHash, timingSafeEqual } from "node:crypto";
import type { Role } from "../../contract/roles.ts";
import type { Users } from "./users.ts";

/** Somebody who has signed in, or could. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  /** Changes with name, role and password; what somebody was let in by holds while this is the same. */
  readonly entry: string;
  /** Of the password, unless that is known itself. */
  readonly hash?: string;
}

export interface Accounts {
  /** Who this is, if anybody; the same for a moment at most. */
  find(name: string): Account | undefined;
  /** The administrator, if this is its name and password, with a colon between them. */
  findAdministrator(login: string): Account | undefined;
}

export interface AccountsDeps {
  /** The administrator, who is an operator. */
  readonly user: string;
  /** Asked each time, so that a password that was changed holds at once. */
  readonly readPassword: () => string;
  /** The others; none that has the administrator's name. */
  readonly users: Pick<Users, "find">;
}

export function createAccounts({ user, readPassword, users }: AccountsDeps): Accounts {
  const administrator = (): Account => ({
    name: user,
    role: "operator",
    entry: JSON.stringify([user, "operator", readPassword()]),
  });
  return {
    find(name) {
      if (name === user) return administrator();
      const found = users.find(name);
      if (found === undefined) return undefined;
      const { role, hash } = found;
      return { name, role, hash, entry: JSON.stringify([name, role, hash]) };
    },
    findAdministrator: (login) =>
      timingSafeEqual(digest(login), digest(`${user}:${readPassword()}`))
        ? administrator()
        : undefined,
  };
}

/** Digests have one length, as a comparison in constant time demands. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
