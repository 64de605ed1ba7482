import type { Log } from "../../telemetry/log.ts";
import { type Accounts, createAccounts } from "../console/accounts.ts";
import { createPasswordCheck, type PasswordCheck } from "../console/password-check.ts";
import { createUsers } from "../console/users.ts";
import { createTokenCheck, type TokenCheck } from "./token-check.ts";

/** What both listeners know people and programs by: guesses at either count together. */
export interface Credentials {
  readonly accounts: Accounts;
  readonly passwords: PasswordCheck;
  readonly tokens: TokenCheck;
}

export interface CredentialsDeps {
  /** The administrator. */
  readonly user: string;
  readonly readPassword: () => string;
  /** Of those beside the administrator, and of tokens; none if not given. */
  readonly usersFile: string | undefined;
  readonly log: Log;
}

/** Throws an error for a file of users that is wrong. */
export function createCredentials({ usersFile, log, ...admin }: CredentialsDeps): Credentials {
  const users = createUsers(usersFile, log, admin.user);
  const accounts = createAccounts({ ...admin, users });
  const passwords = createPasswordCheck(accounts, log);
  return { accounts, passwords, tokens: createTokenCheck(users, log) };
}
