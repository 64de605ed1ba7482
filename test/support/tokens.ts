import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type TokenRole, tokenRoles } from "../../src/contract/roles.ts";
import { createToken, hashToken } from "../../src/producer/access/token.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

export interface TestToken {
  readonly name: string;
  /** The token itself. */
  readonly token: string;
  /** What a program that has it sends along. */
  readonly headers: { readonly authorization: string };
}

export type TestTokens = Readonly<Record<TokenRole, TestToken>>;

/** A token that a file of users has from now on. */
export function addToken(file: string, name: string, role: TokenRole): TestToken {
  const token = createToken();
  appendFileSync(file, `${name}:${role}:${hashToken(token)}\n`, { mode: 0o600 });
  return { name, token, headers: { authorization: `Bearer ${token}` } };
}

/** A file of users with a token of each role, called as its role with `-token` behind it. */
export function writeTokens(
  usersFile = join(createTemporaryFolder(), "users"),
): TestTokens & { readonly usersFile: string } {
  const added = tokenRoles.map((role) => [role, addToken(usersFile, `${role}-token`, role)]);
  return { ...(Object.fromEntries(added) as TestTokens), usersFile };
}
