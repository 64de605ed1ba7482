import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "../../src/contract/roles.ts";
import { hashPassword } from "../../src/producer/console/password-hash.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

/** A password long enough for anybody. */
export const usersPassword = "battery staple";

/** A file of users of these roles, each named as its role and with the same password. */
export async function writeUsers(...roles: readonly Role[]): Promise<string> {
  const file = join(createTemporaryFolder(), "users");
  for (const role of roles) {
    appendFileSync(file, `${role}:${role}:${await hashPassword(usersPassword)}\n`, { mode: 0o600 });
  }
  return file;
}

/** What a program of this user sends along. */
export function authorizationOf(name: string, password = usersPassword): string {
  return `Basic ${btoa(`${name}:${password}`)}`;
}
